-- Every table of the derived store. Deleting the file costs only computing time: people's
-- decisions and all inputs live as plain text under corpus/. Lists inside a cell are JSON arrays.
-- Each table is written by exactly one stage, named above it; `problem` and `run` by all.
-- Foreign keys hold inside a stage; between stages the freshness of runs and `verify` stand guard,
-- because an early stage may be rewritten with the same result while later results stay valid.

-- read: files as they came
CREATE TABLE source (
  source_id TEXT PRIMARY KEY,      -- "src_" + 12 hex of the file's path inside corpus/
  file TEXT NOT NULL,              -- path relative to the project folder, "/" separated
  kind TEXT NOT NULL,              -- literature | policy
  sha256 TEXT NOT NULL,            -- of the bytes read
  bytes INTEGER NOT NULL,
  format TEXT NOT NULL,            -- name of the reader that was chosen by content
  encoding TEXT NOT NULL,          -- as recognised; "" for binary formats
  n_found INTEGER NOT NULL,        -- entries in the file; n_found = n_read + n_lost
  n_read INTEGER NOT NULL,
  n_lost INTEGER NOT NULL,
  database TEXT NOT NULL,          -- from sources.csv
  search TEXT NOT NULL,
  date TEXT NOT NULL,
  routes TEXT NOT NULL             -- database; hand-search; snowball-back; snowball-forward; expert; serendipity; demonstration
);
CREATE TABLE record (
  record_id TEXT PRIMARY KEY,      -- "rec_" + 12 hex of the normalised content
  kind TEXT NOT NULL,
  source_file TEXT NOT NULL,
  line INTEGER,                    -- first line of the entry, from 1
  key TEXT NOT NULL,               -- the source's own id
  type TEXT NOT NULL,
  title TEXT NOT NULL,
  authors TEXT NOT NULL,           -- JSON list of "Family, Given"
  year INTEGER,
  venue TEXT NOT NULL, volume TEXT NOT NULL, issue TEXT NOT NULL, pages TEXT NOT NULL,
  doi TEXT NOT NULL,               -- normalised
  pmid TEXT NOT NULL,
  language TEXT NOT NULL,
  abstract TEXT NOT NULL,
  keywords TEXT NOT NULL,          -- JSON list
  url TEXT NOT NULL,
  facets TEXT NOT NULL,            -- JSON object: nation, level, site, issuer, issued, type, force ... after the manifest
  extra TEXT NOT NULL,             -- JSON object of all other fields
  n_references INTEGER NOT NULL,
  n_blocks INTEGER NOT NULL,
  raw TEXT NOT NULL
);
CREATE TABLE record_reference (
  record_id TEXT NOT NULL REFERENCES record DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL,       -- from 1
  raw TEXT NOT NULL, doi TEXT NOT NULL, pmid TEXT NOT NULL, key TEXT NOT NULL,
  first_author TEXT NOT NULL, year INTEGER, title TEXT NOT NULL,
  venue TEXT NOT NULL, volume TEXT NOT NULL, page TEXT NOT NULL, context TEXT NOT NULL,
  PRIMARY KEY (record_id, position)
);
CREATE TABLE record_block (
  record_id TEXT NOT NULL REFERENCES record DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL,       -- reading order, from 1
  kind TEXT NOT NULL,              -- paragraph | heading | list | table | note
  level INTEGER NOT NULL,
  number TEXT NOT NULL,
  page INTEGER,
  section TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (record_id, position)
);

-- dedupe: which records describe one work
CREATE TABLE duplicate (
  record_id TEXT NOT NULL, other_id TEXT NOT NULL,
  verdict TEXT NOT NULL,           -- same | different | unsure
  score REAL NOT NULL,             -- 0 to 1
  reason TEXT NOT NULL,            -- what agreed, what forbade
  decided_by TEXT NOT NULL,        -- machine, or the name in the decision
  PRIMARY KEY (record_id, other_id)
);
CREATE TABLE work (
  work_id TEXT PRIMARY KEY,        -- "wk_" + hex of its first record
  kind TEXT NOT NULL,
  title TEXT NOT NULL, authors TEXT NOT NULL, year INTEGER, venue TEXT NOT NULL,
  volume TEXT NOT NULL, issue TEXT NOT NULL, pages TEXT NOT NULL,
  doi TEXT NOT NULL, pmid TEXT NOT NULL, url TEXT NOT NULL,
  nation TEXT NOT NULL,            -- policy: england | wales | uk | ... ; "" unknown
  level TEXT NOT NULL, site TEXT NOT NULL, issuer TEXT NOT NULL,
  type TEXT NOT NULL, force TEXT NOT NULL,
  issued TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT NOT NULL,  -- ISO dates, may be partial
  supersedes TEXT NOT NULL,        -- as the manifest says
  language TEXT NOT NULL,          -- of the expression analysed
  abstract TEXT NOT NULL, keywords TEXT NOT NULL,
  routes TEXT NOT NULL,            -- JSON list: every route by which a copy arrived
  sources TEXT NOT NULL,           -- JSON list of files
  n_records INTEGER NOT NULL, n_references INTEGER NOT NULL
);
CREATE TABLE work_record (
  work_id TEXT NOT NULL REFERENCES work DEFERRABLE INITIALLY DEFERRED,
  record_id TEXT NOT NULL,
  expression TEXT NOT NULL,        -- language of this expression of a policy work; "" for literature
  analysed INTEGER NOT NULL,       -- 1: its text is the one that is analysed
  PRIMARY KEY (work_id, record_id)
);

-- screen: in or out, and why
CREATE TABLE screening (
  work_id TEXT PRIMARY KEY,
  verdict TEXT NOT NULL,           -- included | excluded
  reason TEXT NOT NULL,
  decided_by TEXT NOT NULL
);

-- embed: passages and their vectors
CREATE TABLE document_text (
  work_id TEXT NOT NULL,
  language TEXT NOT NULL,          -- expression
  text TEXT NOT NULL,              -- passages are slices of this text: text[start:end]
  PRIMARY KEY (work_id, language)
);
CREATE TABLE passage (
  passage_id TEXT PRIMARY KEY,     -- "ps_" + 12 hex of work, place and text
  work_id TEXT NOT NULL,
  position INTEGER NOT NULL,       -- order inside the work, from 1
  kind TEXT NOT NULL,              -- abstract | title | paragraph | heading | list | table | note
  expression TEXT NOT NULL,        -- language of the document text it is a slice of
  language TEXT NOT NULL,          -- its own: en | cy | mixed | unknown
  nation TEXT NOT NULL,
  page INTEGER, section TEXT NOT NULL, paragraph TEXT NOT NULL,
  start INTEGER NOT NULL, end INTEGER NOT NULL,   -- characters into document_text.text
  stem TEXT NOT NULL,              -- the sentence a list item hangs from; "" otherwise
  text TEXT NOT NULL               -- equals document_text.text[start:end]
);
CREATE TABLE array_file (
  name TEXT PRIMARY KEY,           -- "work" or "passage"
  file TEXT NOT NULL,              -- under .metanarrative/arrays
  model TEXT NOT NULL, model_sha256 TEXT NOT NULL, dtype TEXT NOT NULL,
  rows INTEGER NOT NULL, dimensions INTEGER NOT NULL,
  semantic INTEGER NOT NULL,       -- 0: TF-IDF + SVD stands in for a language model
  languages TEXT NOT NULL          -- JSON list the model knows; texts in others have no row
);

-- graph: who refers to whom, who resembles whom
CREATE TABLE reference (
  work_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  raw TEXT NOT NULL, doi TEXT NOT NULL, year INTEGER,
  node TEXT NOT NULL,              -- work_id, or "ref_" + hex: one node a cited thing outside the corpus
  cited_work_id TEXT NOT NULL,     -- "" outside the corpus or unresolved
  match TEXT NOT NULL,             -- doi | pmid | key | title-year | author-year-... | none
  score REAL NOT NULL,
  PRIMARY KEY (work_id, position)
);
CREATE TABLE citation (
  citing_id TEXT NOT NULL, cited_id TEXT NOT NULL,
  match TEXT NOT NULL, score REAL NOT NULL,
  PRIMARY KEY (citing_id, cited_id)
);
CREATE TABLE edge (
  layer TEXT NOT NULL,             -- citation | coupling | cocitation | text | bm25 | venue | author
  source_id TEXT NOT NULL, target_id TEXT NOT NULL,   -- source_id < target_id but for citation
  weight REAL NOT NULL,
  PRIMARY KEY (layer, source_id, target_id)
);

-- traditions: proposals by the machine, names and edits by people
CREATE TABLE cluster (
  cluster_id TEXT PRIMARY KEY,     -- "cl_" + 8 hex of its members, of those it had when it was kept
  number INTEGER NOT NULL,         -- T1 is the largest, or as it was kept
  tradition TEXT NOT NULL,         -- name given by a person; "" while it is only a proposal
  accepted INTEGER NOT NULL,       -- 1: a person accepted, named or edited it
  ruled TEXT NOT NULL,             -- who named, merged, accepted or split it, and its growth; "" for a proposal
  size INTEGER NOT NULL, first_year INTEGER, last_year INTEGER,
  stability REAL,                  -- bootstrap Jaccard, 0 to 1; NULL where it was not computed
  grade TEXT NOT NULL,             -- stable | pattern | provisional | not computed
  label TEXT NOT NULL, terms TEXT NOT NULL,          -- JSON list by c-TF-IDF
  representatives TEXT NOT NULL,   -- JSON list of work ids
  anchors TEXT NOT NULL,           -- JSON list of work ids by which decisions find it again
  note TEXT NOT NULL
);
CREATE TABLE membership (
  work_id TEXT PRIMARY KEY,
  cluster_id TEXT NOT NULL,        -- "" isolate: listed, not forced
  tradition TEXT NOT NULL,
  strength REAL NOT NULL,          -- share of its edge weight inside the cluster, 0 to 1
  second_cluster_id TEXT NOT NULL, second_strength REAL NOT NULL,
  agreement REAL,                  -- share of resamples in which it stays
  confidence REAL,                 -- strength x agreement
  grade TEXT NOT NULL,             -- core | member | peripheral | isolate
  text_share REAL NOT NULL, citation_share REAL NOT NULL,  -- which layers put it there
  layers TEXT NOT NULL,            -- JSON object: share of its weight that each layer gives; {} none
  machine_id TEXT NOT NULL,        -- cluster before people's decisions; "" outside, or a policy document
  placed_by TEXT NOT NULL,         -- machine | passages (policy) | name of the person who moved it
  bridge REAL NOT NULL             -- participation coefficient, 0 to 1
);
CREATE TABLE resolution (
  gamma REAL PRIMARY KEY, k INTEGER NOT NULL, stability REAL NOT NULL, chosen INTEGER NOT NULL
);

CREATE TABLE subcluster (          -- a finer level inside a large cluster, where it holds
  subcluster_id TEXT PRIMARY KEY,  -- "cl_" + 8 hex of its members
  cluster_id TEXT NOT NULL,        -- the one cluster it lies in
  number TEXT NOT NULL,            -- T1.2: the second largest part of T1
  size INTEGER NOT NULL,
  stability REAL NOT NULL,         -- bootstrap Jaccard inside its cluster, 0.6 to 1
  label TEXT NOT NULL, terms TEXT NOT NULL,          -- JSON list by c-TF-IDF
  members TEXT NOT NULL            -- JSON list of work ids
);

-- storyline: each tradition's dated account, as candidates
CREATE TABLE storyline (
  cluster_id TEXT NOT NULL, work_id TEXT NOT NULL,
  role TEXT NOT NULL,              -- landmark | earliest | main-path | bridge | recent | none
  year INTEGER, score REAL NOT NULL, evidence TEXT NOT NULL,
  PRIMARY KEY (cluster_id, work_id, role)
);
CREATE TABLE main_path (
  scope TEXT NOT NULL,             -- "all" or a cluster_id
  source_id TEXT NOT NULL, target_id TEXT NOT NULL,   -- cited -> citing
  weight TEXT NOT NULL,            -- SPC as an exact integer in text: it may exceed 64 bits
  share REAL NOT NULL,             -- of all source-sink paths
  on_path INTEGER NOT NULL,
  PRIMARY KEY (scope, source_id, target_id)
);
CREATE TABLE phase (
  cluster_id TEXT NOT NULL, first_year INTEGER NOT NULL, last_year INTEGER NOT NULL,
  n_works INTEGER NOT NULL, terms TEXT NOT NULL, p REAL, note TEXT NOT NULL,
  PRIMARY KEY (cluster_id, first_year)
);
CREATE TABLE traffic (             -- citations between traditions against expectation
  citing_cluster_id TEXT NOT NULL, cited_cluster_id TEXT NOT NULL,
  observed INTEGER NOT NULL,
  expected REAL NOT NULL,          -- by what was there to be cited in the year of citing
  log_ratio REAL NOT NULL,         -- log2((observed + 0.5) / (expected + 0.5)); 0 is as expected
  low REAL NOT NULL, high REAL NOT NULL,             -- 95 % interval over resampled citing works
  n_works INTEGER NOT NULL,        -- citing works of the first with a citation in any tradition
  verdict TEXT NOT NULL,           -- more than expected | less than expected | as expected | silent | too few citations
  PRIMARY KEY (citing_cluster_id, cited_cluster_id)
);
CREATE TABLE signal (              -- years that stand out
  kind TEXT NOT NULL,              -- rpys: years cited | burst: years published
  scope TEXT NOT NULL,             -- "all" or a cluster_id
  first_year INTEGER NOT NULL, last_year INTEGER NOT NULL,
  n INTEGER NOT NULL,              -- rpys: references to the year; burst: works of the years
  score REAL NOT NULL,             -- rpys: deviation from the five-year median; burst: weight
  peak INTEGER NOT NULL,           -- 1: the year is a peak by the stated rule, or the burst is one
  evidence TEXT NOT NULL,
  PRIMARY KEY (kind, scope, first_year)
);

-- concepts
CREATE TABLE concept (
  concept_id TEXT PRIMARY KEY,     -- "cn_" + hex of the normalised term
  label TEXT NOT NULL, language TEXT NOT NULL,
  n_documents INTEGER NOT NULL, n_mentions INTEGER NOT NULL, mean_year REAL,
  cluster_id TEXT NOT NULL,        -- concept theme, "ct_..."; "" none
  variants TEXT NOT NULL           -- JSON list
);
CREATE TABLE mention (
  concept_id TEXT NOT NULL, passage_id TEXT NOT NULL, work_id TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (concept_id, passage_id)
);
CREATE TABLE concept_edge (
  source_id TEXT NOT NULL, target_id TEXT NOT NULL,
  n INTEGER NOT NULL,              -- works with both
  strength REAL NOT NULL,          -- association strength, observed over expected
  PRIMARY KEY (source_id, target_id)
);
CREATE TABLE concept_theme (
  cluster_id TEXT PRIMARY KEY, label TEXT NOT NULL, n_concepts INTEGER NOT NULL,
  centrality REAL NOT NULL, density REAL NOT NULL,   -- Callon's classic form, by equivalence index
  n_documents INTEGER NOT NULL,
  bibliometrix_centrality REAL NOT NULL, bibliometrix_density REAL NOT NULL  -- as bibliometrix has them
);
CREATE TABLE theme_flow (          -- thematic evolution: themes of one period and of the next
  period TEXT NOT NULL, theme TEXT NOT NULL,         -- years "1990-1999"; label of the theme
  next_period TEXT NOT NULL, next_theme TEXT NOT NULL,
  inclusion REAL NOT NULL, stability REAL NOT NULL, weighted_inclusion REAL NOT NULL,  -- each 0 to 1
  concepts TEXT NOT NULL,          -- JSON list of concept ids in both
  PRIMARY KEY (period, theme, next_period, next_theme)
);
CREATE TABLE contested (           -- a concept that keeps different company in two traditions
  concept_id TEXT NOT NULL, cluster_id TEXT NOT NULL, other_id TEXT NOT NULL,
  divergence REAL NOT NULL,        -- 1 less the cosine of the words around it
  excess REAL NOT NULL,            -- above the mean over shuffled traditions
  z REAL NOT NULL,                 -- of the excess among shared terms of about the same frequency
  n_works INTEGER NOT NULL, n_works_other INTEGER NOT NULL,
  words TEXT NOT NULL, words_other TEXT NOT NULL,    -- JSON lists: the company that sets each side apart
  quotes TEXT NOT NULL, quotes_other TEXT NOT NULL,  -- JSON lists of passage ids, three at most
  PRIMARY KEY (concept_id, cluster_id, other_id)
);
CREATE TABLE tradition_concept (
  tradition_id TEXT NOT NULL, concept_id TEXT NOT NULL,
  n_works INTEGER NOT NULL, share REAL NOT NULL, lift REAL NOT NULL,
  PRIMARY KEY (tradition_id, concept_id)
);

-- compare: policy
CREATE TABLE theme (
  theme_id TEXT PRIMARY KEY, name TEXT NOT NULL, definition TEXT NOT NULL,
  name_cy TEXT NOT NULL,           -- for pages in Welsh; "": the codebook gives none
  n_passages INTEGER NOT NULL,
  kappa REAL,                      -- machine against people, weighted back to the corpus; NULL below 40 coded passages
  grade TEXT NOT NULL,             -- strong | tentative | do not compare nations on this theme | not calibrated
  kappa_low REAL, kappa_high REAL, -- 95 %, bootstrap over documents
  alpha REAL, alpha_low REAL, alpha_high REAL,       -- Krippendorff, the same
  n_coded INTEGER NOT NULL, n_positive INTEGER NOT NULL,   -- passages that people ruled on, and said yes to
  method TEXT NOT NULL,            -- threshold | logistic
  by_nation TEXT NOT NULL,         -- JSON object: nation -> {n, precision, recall}, shares 0 to 1 or null
  human_kappa REAL, n_double INTEGER NOT NULL        -- two people on the same passages: the ceiling
);
CREATE TABLE passage_theme (
  passage_id TEXT NOT NULL, work_id TEXT NOT NULL, theme TEXT NOT NULL,
  score REAL NOT NULL,
  how TEXT NOT NULL,               -- lexical | both | heading | calibrated | person | suggested (by meaning alone: counted nowhere)
  PRIMARY KEY (passage_id, theme)
);
CREATE TABLE provision (
  passage_id TEXT NOT NULL, work_id TEXT NOT NULL,
  position INTEGER NOT NULL,       -- order of the trigger inside the passage
  nation TEXT NOT NULL, language TEXT NOT NULL,
  force TEXT NOT NULL,             -- must | must-not | should | should-not | may | need-not | aspires | will | none
  cue TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,   -- of the cue inside the passage
  negated INTEGER NOT NULL, passive INTEGER NOT NULL,
  bearer TEXT NOT NULL, bearer_type TEXT NOT NULL,  -- "" unspecified
  filter TEXT NOT NULL,            -- why it does not count (no act, or a document that counts once); "" where it counts
  theme TEXT NOT NULL,             -- themes of its passage, ";" separated
  sentence TEXT NOT NULL, confidence REAL NOT NULL,
  decided_by TEXT NOT NULL,        -- machine, or the person who gave the class
  PRIMARY KEY (passage_id, position)
);
CREATE TABLE contrast (
  facet TEXT NOT NULL,             -- nation | level | ...
  side_a TEXT NOT NULL, side_b TEXT NOT NULL,        -- england, wales for nation
  kind TEXT NOT NULL,              -- theme | term | force
  item TEXT NOT NULL, theme TEXT NOT NULL,
  estimate REAL, low REAL, high REAL,                -- b minus a; theme, force: of shares; term: log-odds
  p REAL, q REAL,                  -- q over the rows of one kind
  same_genre REAL,                 -- theme, force: the estimate within the genres that both sides have
  share_a REAL, share_b REAL,      -- theme, force: mean over documents, 0 to 1; term: uses among all words
  n_docs_a INTEGER NOT NULL, n_docs_b INTEGER NOT NULL,  -- documents that could carry it
  n_a INTEGER NOT NULL, n_b INTEGER NOT NULL,        -- passages, provisions or uses that carry it
  of_a INTEGER NOT NULL, of_b INTEGER NOT NULL,      -- of so many passages, provisions or words
  with_a INTEGER NOT NULL, with_b INTEGER NOT NULL,  -- documents that carry it
  dispersion REAL,
  verdict TEXT NOT NULL,           -- differs | reverses within genre | no clear difference | not tested | too few documents | not compared
  caveat TEXT NOT NULL,
  PRIMARY KEY (facet, side_a, side_b, kind, item, theme)
);
CREATE TABLE alignment (
  passage_id TEXT NOT NULL, other_id TEXT NOT NULL,  -- other_id "" : no counterpart
  theme TEXT NOT NULL, similarity REAL NOT NULL, margin REAL NOT NULL,
  verdict TEXT NOT NULL,           -- same subject | possible | reuse | no counterpart found yet | none found (only by its rule) | accepted | rejected
  differs TEXT NOT NULL,           -- JSON object: slot -> [a, b]; slot opposite: one side denies what the other lays down
  decided_by TEXT NOT NULL,
  how TEXT NOT NULL,               -- vectors | words | shingles | order (parallel texts) | expression pair | dictionary | person
  PRIMARY KEY (passage_id, other_id)
);
CREATE TABLE lineage (
  work_id TEXT NOT NULL, other_id TEXT NOT NULL,     -- other_id may be "law_..." : cited, not in the corpus
  relation TEXT NOT NULL,          -- supersedes | amends | revokes | refers-to | cites-research
  how TEXT NOT NULL,               -- manifest | text | both
  other_title TEXT NOT NULL, evidence TEXT NOT NULL, passage_id TEXT NOT NULL, conflict TEXT NOT NULL,
  PRIMARY KEY (work_id, other_id, relation)
);
CREATE TABLE emphasis_document (   -- the evidence behind theme contrasts: one row a document and theme
  work_id TEXT NOT NULL, theme TEXT NOT NULL, n_theme INTEGER NOT NULL, n_passages INTEGER NOT NULL,
  PRIMARY KEY (work_id, theme)
);
CREATE TABLE evidence (            -- policy -> literature; a link says that policy names a work, never that it followed it
  passage_id TEXT NOT NULL, work_id TEXT NOT NULL,
  position INTEGER NOT NULL,       -- order inside the passage, from 1
  nation TEXT NOT NULL,
  cited_work_id TEXT NOT NULL,     -- "" where no one work was matched
  how TEXT NOT NULL,               -- doi | pmid | reference | title | report | author-year
  score REAL NOT NULL,             -- 0 to 1
  verdict TEXT NOT NULL,           -- matched | possible (to be checked) | ambiguous | not in the corpus | accepted | rejected
  start INTEGER NOT NULL, end INTEGER NOT NULL,      -- characters into the passage
  quote TEXT NOT NULL,
  candidates TEXT NOT NULL,        -- JSON list of works a person may choose from
  decided_by TEXT NOT NULL,        -- machine, or who ruled
  PRIMARY KEY (passage_id, position)
);
CREATE TABLE element (             -- narrative elements: candidates with quotes, for the analyst to judge
  passage_id TEXT NOT NULL, work_id TEXT NOT NULL,
  position INTEGER NOT NULL,       -- order inside the passage, from 1
  nation TEXT NOT NULL,
  slot TEXT NOT NULL,              -- setting | character | plot | moral
  kind TEXT NOT NULL,              -- place | date | law | figure; actor type; problem | remedy | justification | cue; force
  item TEXT NOT NULL,              -- what is named
  role TEXT NOT NULL,              -- of an actor: duty-bearer | recommended | permitted | beneficiary | consulted | subject | mentioned
  cue TEXT NOT NULL,               -- the words that gave the role or the slot
  start INTEGER NOT NULL, end INTEGER NOT NULL,      -- of the item inside the passage
  quote TEXT NOT NULL,             -- its sentence
  PRIMARY KEY (passage_id, position)
);
CREATE TABLE matrix_cell (         -- framework matrix: theme by case
  cell_id TEXT PRIMARY KEY,        -- "cell_" + hex of cases, case and theme
  cases TEXT NOT NULL,             -- document | site | nation | level | tradition | group
  case_id TEXT NOT NULL, case_name TEXT NOT NULL, theme TEXT NOT NULL,
  n_documents INTEGER NOT NULL,    -- of the case
  n_with INTEGER NOT NULL,         -- of them with the theme
  n_passages INTEGER NOT NULL, n_all INTEGER NOT NULL,   -- on the theme, of all passages of the case
  n_must INTEGER NOT NULL, n_should INTEGER NOT NULL, n_may INTEGER NOT NULL,  -- provisions on the theme
  evidence TEXT NOT NULL,          -- found | none found | coded, absent | no evidence (the case has no text)
  quotes TEXT NOT NULL,            -- JSON list of up to 3 passage ids
  status TEXT NOT NULL,            -- empty | suggested | summarised | checked
  summary TEXT NOT NULL,           -- written by a person, in corpus/matrix.csv
  coder TEXT NOT NULL
);
CREATE TABLE theme_level (         -- theme by level: what policy says, what is planned locally, what is done
  theme TEXT NOT NULL,
  scope TEXT NOT NULL, value TEXT NOT NULL,          -- all | nation | site, and which
  level TEXT NOT NULL,             -- macro | meso | micro
  n_documents INTEGER NOT NULL, n_with INTEGER NOT NULL,
  n_passages INTEGER NOT NULL, n_all INTEGER NOT NULL,
  share REAL,                      -- mean of the documents' shares, 0 to 1; empty: no document at this level
  n_sites INTEGER NOT NULL,
  low REAL, high REAL,             -- over sites
  interval TEXT NOT NULL,          -- resampled sites (four or more) | range of sites (two or three) | ""
  n_must INTEGER NOT NULL, n_should INTEGER NOT NULL, n_may INTEGER NOT NULL,   -- provisions on the theme
  n_done INTEGER NOT NULL, n_partly INTEGER NOT NULL,                           -- documents that people coded so
  n_not_done INTEGER NOT NULL, n_contradicted INTEGER NOT NULL,
  evidence TEXT NOT NULL,          -- found | none found | coded, absent | no evidence (no document at this level)
  quotes TEXT NOT NULL,            -- JSON list of up to 3 passage ids
  PRIMARY KEY (theme, scope, value, level)
);
CREATE TABLE discordance (         -- themes on which two levels part
  theme TEXT NOT NULL, scope TEXT NOT NULL, value TEXT NOT NULL,
  above TEXT NOT NULL, below TEXT NOT NULL,          -- the two levels; documents stand at both
  pattern TEXT NOT NULL,           -- said above, not found below | found below, not said above
  share_above REAL NOT NULL, share_below REAL NOT NULL, gap REAL NOT NULL,      -- mean shares of documents
  n_above INTEGER NOT NULL, with_above INTEGER NOT NULL,
  n_below INTEGER NOT NULL,
  n_against INTEGER NOT NULL,      -- documents below: coded not done or contradicted, or no passage found
  n_coded INTEGER NOT NULL,        -- of those below, coded by people
  strong INTEGER NOT NULL,         -- 1: in the top third of themes above
  binding TEXT NOT NULL,           -- in law | in guidance | "": where a "must" stands above
  n_must INTEGER NOT NULL,
  quotes TEXT NOT NULL,            -- JSON object: level to passage ids
  PRIMARY KEY (theme, scope, value, above, below)
);

-- map
CREATE TABLE place (
  kind TEXT NOT NULL, id TEXT NOT NULL, x REAL NOT NULL, y REAL NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE TABLE view (
  name TEXT PRIMARY KEY, file TEXT NOT NULL, title TEXT NOT NULL, engine TEXT NOT NULL,
  n_marks INTEGER NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL
);

-- report
CREATE TABLE report_file (
  file TEXT PRIMARY KEY, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL
);

-- all stages
CREATE TABLE problem (
  stage TEXT NOT NULL, severity TEXT NOT NULL, file TEXT NOT NULL, line INTEGER,
  subject TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, mend TEXT NOT NULL
);
CREATE TABLE run (
  stage TEXT PRIMARY KEY,
  started TEXT NOT NULL, seconds REAL NOT NULL, peak_mb REAL NOT NULL,
  inputs TEXT NOT NULL,            -- hash of everything it depended on
  outputs TEXT NOT NULL,           -- hash of the rows it wrote
  parts TEXT NOT NULL,             -- JSON object: the named parts of `inputs`, to say why it is stale
  settings TEXT NOT NULL, seed INTEGER NOT NULL, versions TEXT NOT NULL, counts TEXT NOT NULL,
  text TEXT NOT NULL
);
