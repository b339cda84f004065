# ruff: noqa: E501  (sentences are found and read better whole)
"""The Welsh of the pages' sentences: English as it stands in the views, Welsh beside it.

Numbers stand apart from their nouns, so that no sentence needs a mutation that depends on a
figure. The Welsh is ours and waits for a native reader's check; what is not listed here stays in
English, and a test counts that nothing of the pages' own words is missing.
"""

from __future__ import annotations

EXACT: dict[str, str] = {
    # kinds, columns, facts
    "Title": "Teitl",
    "Authors": "Awduron",
    "Year": "Blwyddyn",
    "Group": "Grŵp",
    "Groups": "Grwpiau",
    "Lane": "Lôn",
    "Lanes": "Lonydd",
    "Role": "Rôl",
    "Work": "Gwaith",
    "Works": "Gweithiau",
    "Policy document": "Dogfen bolisi",
    "Policy documents": "Dogfennau polisi",
    "Literature": "Llenyddiaeth",
    "Concept": "Cysyniad",
    "Concepts": "Cysyniadau",
    "Theme": "Thema",
    "Themes": "Themâu",
    "Themes of concepts": "Themâu cysyniadau",
    "Theme of concepts": "Thema cysyniadau",
    "theme of concepts": "thema cysyniadau",
    "Documents": "Dogfennau",
    "Mentions": "Crybwylliadau",
    "Mean year": "Blwyddyn gymedrig",
    "mean year": "blwyddyn gymedrig",
    "Also written": "Hefyd ar ffurf",
    "Occurs with, more than chance": "Yn digwydd gyda, yn amlach na hap",
    "Confidence": "Hyder",
    "Stays in resamples": "Yn aros wrth ailsamplu",
    "Bridge score": "Sgôr pont",
    "Cited in this corpus": "Dyfyniadau yn y corpws hwn",
    "Cited here": "Dyfyniadau yma",
    "Draws on (in this picture)": "Yn tynnu ar (yn y llun hwn)",
    "Taken up by (in this picture)": "Wedi’i godi gan (yn y llun hwn)",
    "Centrality": "Canologrwydd",
    "Density": "Dwysedd",
    "Range": "Ystod",
    "Corner": "Cornel",
    "Concepts (documents)": "Cysyniadau (dogfennau)",
    "What": "Beth",
    "Kind": "Math",
    "Verdict": "Dyfarniad",
    "Words": "Geiriau",
    "Passages": "Darnau",
    "Provisions": "Darpariaethau",
    "Uses": "Defnyddiau",
    "passages": "darnau",
    "provisions": "darpariaethau",
    "uses": "defnyddiau",
    "Documents with it": "Dogfennau sy’n ei gynnwys",
    "Mean share of a document": "Cyfran gymedrig o ddogfen",
    "Share of all words": "Cyfran o’r holl eiriau",
    "Spread over documents": "Lledaeniad dros y dogfennau",
    "Please mind": "Cofiwch",
    "Force": "Grym",
    "Force of what is laid down": "Grym yr hyn a osodir",
    "Nation": "Cenedl",
    "Nation or kind": "Cenedl neu fath",
    "Count": "Cyfrif",
    "Share of the nation’s": "Cyfran o rai’r genedl",
    "Share of the nation’s, %": "Cyfran o rai’r genedl, %",
    "Number": "Nifer",
    "Box": "Blwch",
    "Stream": "Ffrwd",
    "List": "Rhestr",
    "Nothing to list.": "Dim i’w restru.",
    "Citations": "Dyfyniadau",
    "From and to": "O ac at",
    "Matched by": "Wedi’i baru yn ôl",
    "Linked with": "Yn gysylltiedig â",
    "England": "Lloegr",
    "Wales": "Cymru",
    "UK or both": "y DU neu’r ddwy",
    "Scotland": "Yr Alban",
    "Northern Ireland": "Gogledd Iwerddon",
    "nation unknown": "cenedl anhysbys",
    "literature": "llenyddiaeth",
    "other": "arall",
    "none": "dim",
    "Phases": "Cyfnodau",
    # legends
    "no cluster": "dim clwstwr",
    "in no cluster": "mewn dim clwstwr",
    "listed, not forced into a group": "wedi’i restru, heb ei wthio i grŵp",
    "smaller clusters": "clystyrau llai",
    "no name": "dim enw",
    "policy document": "dogfen bolisi",
    "work or cluster": "gwaith neu glwstwr",
    "research cites policy": "ymchwil yn dyfynnu polisi",
    "policy cites research": "polisi’n dyfynnu ymchwil",
    "clear difference": "gwahaniaeth clir",
    "no clear difference": "dim gwahaniaeth clir",
    "too few documents to say": "rhy ychydig o ddogfennau i ddweud",
    "differs": "yn wahanol",
    "differ": "yn wahanol",
    "reverses within genre": "yn troi o chwith o fewn genre",
    "reverse within genre": "yn troi o chwith o fewn genre",
    "not tested": "heb ei brofi",
    "not compared": "heb ei gymharu",
    "turns round within the same genre": "yn troi o chwith o fewn yr un genre",
    "not tested: too little carries it": "heb ei brofi: rhy ychydig sy’n ei gario",
    "not compared: see the caveat": "heb ei gymharu: gweler y nodyn",
    "Same genre only, points": "Yr un genre yn unig, pwyntiau",
    "upright stroke: the same difference within the genres that both sides have": (
        "llinell unionsyth: yr un gwahaniaeth o fewn y genres sydd gan y ddwy ochr"
    ),
    "each block has a scale of its own: odds for Words, percentage points for the others": (
        "mae gan bob bloc ei raddfa ei hun: ods i Eiriau, pwyntiau canran i’r lleill"
    ),
    "too few documents": "rhy ychydig o ddogfennau",
    "size: documents with the concept": "maint: dogfennau sy’n cynnwys y cysyniad",
    "size: documents with a concept of the theme": "maint: dogfennau sy’n cynnwys cysyniad o’r thema",
    "whiskers: spread of nine in ten resamples of the documents": (
        "blew: lledaeniad naw o bob deg ailsampl o’r dogfennau"
    ),
    "colours as on the concept map": "lliwiau fel ar y map cysyniadau",
    "thick: main path; dashed: from one lane to another; ring: landmark candidate": (
        "trwchus: y prif lwybr; toredig: o un lôn i un arall; cylch: ymgeisydd i fod yn garreg filltir"
    ),
    "small dot: a candidate that was not tested, because too few documents or uses carry it": (
        "dot bach: ymgeisydd nas profwyd, am fod rhy ychydig o ddogfennau neu ddefnyddiau’n ei gario"
    ),
    "solid: goes on; dashed: leaves here": "solet: yn mynd ymlaen; toredig: yn gadael yma",
    "darker: more; both grids share one scale": "tywyllach: mwy; yr un raddfa sydd i’r ddau grid",
    "dashed: gap, none found": "toredig: bwlch, dim wedi’i ganfod",
    "solid: matched by DOI or another identifier; dashed: by title, author and year": (
        "solet: wedi’i baru yn ôl DOI neu ddynodydd arall; toredig: yn ôl teitl, awdur a blwyddyn"
    ),
    "arrow: from the citing to the cited side": "saeth: o’r ochr sy’n dyfynnu at yr ochr a ddyfynnir",
    "colour of a link: the nation that cites; grey: research cites policy": (
        "lliw dolen: y genedl sy’n dyfynnu; llwyd: ymchwil yn dyfynnu polisi"
    ),
    # pictures
    "gap": "bwlch",
    "no theme": "dim thema",
    "equal": "cyfartal",
    "motor": "modur",
    "niche": "arbenigol",
    "basic": "sylfaenol",
    "emerging or fading": "ar godi neu’n pylu",
    "centrality: ties to other themes (10 × equivalence) →": "canologrwydd: cysylltiadau â themâu eraill (10 × cywerthedd) →",
    "density: ties inside (100 × equivalence a concept) →": "dwysedd: cysylltiadau y tu mewn (100 × cywerthedd fesul cysyniad) →",
    "found in the files": "wedi’u canfod yn y ffeiliau",
    "records read": "cofnodion a ddarllenwyd",
    "could not be read": "ni ellid eu darllen",
    "other copies or languages": "copïau neu ieithoedd eraill",
    "same entry again": "yr un cofnod eto",
    "joined as duplicates": "wedi’u huno fel copïau",
    "works": "gweithiau",
    "documents": "dogfennau",
    "excluded": "wedi’u hepgor",
    "included": "wedi’u cynnwys",
    "Document flow": "Llif dogfennau",
    "Found in the files": "Wedi’u canfod yn y ffeiliau",
    "Could not be read": "Ni ellid eu darllen",
    "Same entry again": "Yr un cofnod eto",
    "Records read": "Cofnodion a ddarllenwyd",
    "Joined": "Wedi’u huno",
    "Excluded": "Wedi’u hepgor",
    "Included": "Wedi’u cynnwys",
    # aligned reader
    "Answer": "Ateb",
    "Previous (k)": "Blaenorol (k)",
    "Next (j)": "Nesaf (j)",
    "Your name, for decisions": "Eich enw, ar gyfer penderfyniadau",
    "Save decisions": "Cadw’r penderfyniadau",
    "Rule on pairs below, save, then: metanarrative decide import FILE": (
        "Dyfarnwch ar y parau isod, cadwch, ac yna: metanarrative decide import FILE"
    ),
    "Accept": "Derbyn",
    "Reject": "Gwrthod",
    "Likeness": "Tebygrwydd",
    "close": "agos",
    "partial": "rhannol",
    "loose": "llac",
    "same subject": "yr un pwnc",
    "possible": "posibl",
    "accepted": "wedi’i dderbyn",
    "rejected": "wedi’i wrthod",
    "no counterpart found yet": "dim cymar wedi’i ganfod eto",
    "none found": "dim wedi’i ganfod",
    "only in England": "yn Lloegr yn unig",
    "only in Wales": "yng Nghymru yn unig",
    "In near-equal pairs, words that only one side has are underlined.": (
        "Mewn parau bron yn gyfartal, tanlinellir geiriau sydd gan un ochr yn unig."
    ),
    "Passages of two nations side by side.": "Darnau o ddwy genedl ochr yn ochr.",
    "Pairs are nearest neighbours in both directions with a margin over the next best; people’s decisions overrule them.": (
        "Cymdogion agosaf i’r ddau gyfeiriad yw’r parau, ag ymyl dros y gorau nesaf; mae penderfyniadau pobl yn eu trechu."
    ),
    "Likeness is measured by a machine on short passages; it says that two passages speak of the same thing, not that they say the same.": (
        "Peiriant sy’n mesur tebygrwydd, ar ddarnau byr; mae’n dweud bod dau ddarn yn sôn am yr un peth, nid eu bod yn dweud yr un peth."
    ),
    "“No counterpart found yet” and “none found” are about these documents and this method.": (
        "Am y dogfennau hyn a’r dull hwn y mae “dim cymar wedi’i ganfod eto” a “dim wedi’i ganfod”."
    ),
    # leads, methods, limits
    "Works that share vocabulary and citations lie near each other; there are no axes, and distance is approximate.": (
        "Mae gweithiau sy’n rhannu geirfa a dyfyniadau yn agos at ei gilydd; nid oes echelinau, a bras yw’r pellter."
    ),
    "Clusters are proposals by the machine until a person names, accepts or edits one; only then is it called a tradition.": (
        "Cynigion y peiriant yw’r clystyrau nes i berson enwi, derbyn neu olygu un; dim ond wedyn y’i gelwir yn draddodiad."
    ),
    "An empty stretch of map is not a gap in research: only what was searched for can be here.": (
        "Nid bwlch mewn ymchwil yw darn gwag o’r map: dim ond yr hyn y chwiliwyd amdano a all fod yma."
    ),
    "Citation counts cover this corpus only, and missing reference lists look like not being cited.": (
        "Dim ond y corpws hwn y mae’r cyfrif dyfyniadau yn ei gwmpasu, ac mae rhestr gyfeiriadau goll yn edrych fel bod heb ddyfyniad."
    ),
    "No cluster holds it: too few or too weak links.": "Nid oes clwstwr yn ei ddal: rhy ychydig o ddolenni, neu rhai rhy wan.",
    "It is listed, not forced into a group.": "Fe’i rhestrir, heb ei wthio i grŵp.",
    "No main path: too few citations between these works.": "Dim prif lwybr: rhy ychydig o ddyfyniadau rhwng y gweithiau hyn.",
    "Years run downwards, each lane is a grouping, links lead from a work to those that cite it.": (
        "Mae’r blynyddoedd yn rhedeg i lawr, grŵp yw pob lôn, a dolenni’n arwain o waith at y rhai sy’n ei ddyfynnu."
    ),
    "No landmark meets the rule.": "Nid oes carreg filltir yn bodloni’r rheol.",
    "That is a finding, not a fault: nothing here is cited often and steadily enough to call it one.": (
        "Canfyddiad yw hynny, nid bai: ni ddyfynnir dim yma’n ddigon aml a chyson i’w alw’n un."
    ),
    "By the machine: where the vocabulary of a grouping changes.": "Gan y peiriant: lle mae geirfa grŵp yn newid.",
    "Main path by search-path counts (the share of all ways from the oldest to the newest works that pass a link).": (
        "Y prif lwybr yn ôl cyfrif llwybrau chwilio (y gyfran o’r holl ffyrdd o’r gweithiau hynaf i’r rhai diweddaraf sy’n mynd drwy ddolen)."
    ),
    "Landmarks are candidates under a stated rule, which may find none.": (
        "Ymgeiswyr yn ôl rheol ddatganedig yw’r cerrig milltir, a gall y rheol ganfod dim."
    ),
    "Only citations between works of this corpus are drawn, as far as their reference lists were given; a missing list looks like no debt to anyone.": (
        "Dim ond dyfyniadau rhwng gweithiau’r corpws hwn a ddangosir, cyn belled ag y rhoddwyd eu rhestrau cyfeiriadau; mae rhestr goll yn edrych fel dim dyled i neb."
    ),
    "on the main path": "ar y prif lwybr",
    "among the earliest works": "ymhlith y gweithiau cynharaf",
    "Terms that occur together more than chance would have it.": "Termau sy’n digwydd gyda’i gilydd yn amlach na hap.",
    "A link joins two that occur in the same documents more often than chance would have it; there are no axes, and distance is approximate.": (
        "Mae dolen yn cysylltu dau sy’n digwydd yn yr un dogfennau yn amlach na hap; nid oes echelinau, a bras yw’r pellter."
    ),
    "Link strength is association strength: observed joint documents over those expected if the two were independent.": (
        "Cryfder cysylltiad yw cryfder dolen: y dogfennau ar y cyd a welwyd dros y rhai a ddisgwylid pe bai’r ddau’n annibynnol."
    ),
    "The colours group concepts that hang together; the names of these groups are the machine's.": (
        "Mae’r lliwiau’n grwpio cysyniadau sy’n perthyn i’w gilydd; y peiriant biau enwau’r grwpiau hyn."
    ),
    "Drawn with pyvis (vis-network), places computed beforehand.": "Lluniwyd â pyvis (vis-network), a’r lleoedd wedi’u cyfrifo ymlaen llaw.",
    "A concept is a string of words and its variants, not an idea: the same word may mean different things in different traditions.": (
        "Cyfres o eiriau a’i hamrywiadau yw cysyniad, nid syniad: gall yr un gair olygu pethau gwahanol mewn traddodiadau gwahanol."
    ),
    "To the right: tied to other themes.": "I’r dde: wedi’u clymu wrth themâu eraill.",
    "Upwards: held together inside.": "Tuag i fyny: wedi’u clymu o’r tu mewn.",
    "The dashed lines are the medians of these themes, so the corners compare them with each other, not with the world.": (
        "Canolrifau’r themâu hyn yw’r llinellau toredig; felly cymharu’r themâu â’i gilydd y mae’r corneli, nid â’r byd."
    ),
    "How central and how dense the themes of concepts are.": "Pa mor ganolog a pha mor ddwys yw’r themâu cysyniadau.",
    "Whiskers tell how much hangs on single documents, not whether the themes themselves would be found again.": (
        "Mae’r blew’n dweud faint sy’n dibynnu ar ddogfennau unigol, nid a fyddai’r themâu eu hunain yn cael eu canfod eto."
    ),
    "The names of the corners are a convention: “emerging or fading” cannot be told apart by one picture.": (
        "Confensiwn yw enwau’r corneli: ni all un llun wahanu “ar godi” oddi wrth “yn pylu”."
    ),
    "Motor: central and dense: established, and tied to the rest.": "Modur: canolog a dwys: sefydledig, ac wedi’i glymu wrth y gweddill.",
    "Niche: dense but apart: a specialism of its own.": "Arbenigol: dwys ond ar wahân: arbenigedd ynddo’i hun.",
    "Basic: central but loose: runs through everything, held together by little.": (
        "Sylfaenol: canolog ond llac: yn rhedeg drwy bopeth, a fawr ddim yn ei ddal ynghyd."
    ),
    "Emerging or fading: neither central nor dense.": "Ar godi neu’n pylu: heb fod yn ganolog nac yn ddwys.",
    "Resamples keep it in this corner.": "Mae ailsamplu’n ei gadw yn y gornel hon.",
    "No range could be computed.": "Ni ellid cyfrifo ystod.",
    "A row leads to passages of both nations.": "Mae rhes yn arwain at ddarnau o’r ddwy genedl.",
    "Whiskers are 95 % intervals over documents, so that one long paper cannot win.": (
        "Cyfyngau 95 % dros ddogfennau yw’r blew, fel na all un papur hir ennill."
    ),
    "Themes, words and force in the policy documents of two nations.": "Themâu, geiriau a grym yn nogfennau polisi dwy genedl.",
    "Themes and force: the mean share of a document's passages or provisions, one nation less the other, in percentage points.": (
        "Themâu a grym: cyfran gymedrig darnau neu ddarpariaethau dogfen, un genedl llai’r llall, mewn pwyntiau canran."
    ),
    "Words: log-odds.": "Geiriau: log-ods.",
    "The document is the unit of uncertainty; q is p after correction for the number of tests of a block.": (
        "Y ddogfen yw uned yr ansicrwydd; q yw p ar ôl cywiro am nifer y profion mewn bloc."
    ),
    "Must counts obligations; prohibitions (must not) have a column of their own on the page of requirements and are in no share.": (
        "Mae rhaid yn cyfrif rhwymedigaethau; mae gan waharddiadau (rhaid peidio) eu colofn eu hunain ar dudalen y gofynion ac nid ydynt mewn unrhyw gyfran."
    ),
    "Words count every use of a word, whatever it does; Force counts only provisions: sentences in which it lays something on someone.": (
        "Mae Geiriau yn cyfrif pob defnydd o air, beth bynnag a wna; mae Grym yn cyfrif darpariaethau yn unig: brawddegau lle mae'n gosod rhywbeth ar rywun."
    ),
    "So must in Words is not must in Force.": "Felly nid yr un yw must o dan Geiriau a must o dan Grym.",
    "must not, should not and need not are counted apart; they are read less surely than the others": (
        "cyfrifir must not, should not a need not ar wahân; cânt eu darllen yn llai sicr na'r lleill"
    ),
    "counted as on the page England and Wales and in the report: a document and its copy count once": (
        "cyfrifir fel ar dudalen Cymru a Lloegr ac yn yr adroddiad: mae dogfen a'i chopi yn cyfrif unwaith"
    ),
    "A difference between two sets of documents may be one of genre (an act against a strategy) or of year, not of nation: see the remark at each row.": (
        "Gall gwahaniaeth rhwng dwy set o ddogfennau fod yn wahaniaeth o ran genre (deddf yn erbyn strategaeth) neu flwyddyn, nid cenedl: gweler y sylw wrth bob rhes."
    ),
    "Absence of a difference is not evidence of sameness.": "Nid yw diffyg gwahaniaeth yn dystiolaeth o debygrwydd.",
    "No passage of either nation carries it.": "Nid oes darn o’r naill genedl na’r llall yn ei gynnwys.",
    "Not compared: see the caveat.": "Heb ei gymharu: gweler y rhybudd.",
    "Force is told by rules from cue words in English and Welsh; a rule can be wrong, so every cell leads to its sentences.": (
        "Rheolau ar eiriau arwyddo Cymraeg a Saesneg sy’n pennu grym; gall rheol fod yn anghywir, felly mae pob cell yn arwain at ei brawddegau."
    ),
    "A sentence stands in every theme of its passage, so rows may add up to more than the total.": (
        "Mae brawddeg yn sefyll ym mhob thema sydd i’w darn, felly gall y rhesi fod yn fwy na’r cyfanswm."
    ),
    "A gap means that nothing was found in these documents, not that nothing exists.": (
        "Ystyr bwlch yw na chanfuwyd dim yn y dogfennau hyn, nid nad oes dim yn bod."
    ),
    "Each sentence that lays something on someone is a provision; its force comes from its modal words (must, should, may, aims; rhaid, dylai, caiff), with negation kept.": (
        "Darpariaeth yw pob brawddeg sy’n gosod rhywbeth ar rywun; daw ei grym o’i geiriau moddol (must, should, may, aims; rhaid, dylai, caiff), gan gadw’r negydd."
    ),
    "Counted from the tables of this project, not typed in; the page is refused if the boxes do not add up.": (
        "Wedi’u cyfrif o dablau’r prosiect hwn, nid eu teipio; gwrthodir y dudalen os nad yw’r blychau’n gwneud y cyfanswm."
    ),
    "Screening is people’s work: without decisions, everything that was read is included.": (
        "Gwaith pobl yw sgrinio: heb benderfyniadau, cynhwysir popeth a ddarllenwyd."
    ),
    "A box leads to its list.": "Mae blwch yn arwain at ei restr.",
    "What came in, what was joined, kept and grouped.": "Yr hyn a ddaeth i mewn, a unwyd, a gadwyd ac a grwpiwyd.",
    "Entries with exactly the same content as another, kept once.": "Cofnodion â’r un cynnwys yn union ag un arall, wedi’u cadw unwaith.",
    "Entries without any usable content; each is in the list of problems.": (
        "Cofnodion heb unrhyw gynnwys defnyddiadwy; mae pob un yn y rhestr broblemau."
    ),
    "Records that describe a work already counted; every join is listed in the export and can be undone by a decision.": (
        "Cofnodion sy’n disgrifio gwaith a gyfrifwyd eisoes; rhestrir pob uniad yn yr allforyn a gellir ei ddadwneud â phenderfyniad."
    ),
    "References of policy documents are read from their lists, notes and sentences and matched to the works of this corpus by DOI, else by title, author and year.": (
        "Darllenir cyfeiriadau dogfennau polisi o’u rhestrau, eu nodiadau a’u brawddegau, a’u paru â gweithiau’r corpws hwn yn ôl DOI, neu yn ôl teitl, awdur a blwyddyn."
    ),
    "Rows are ordered to cross as little as possible.": "Trefnir y rhesi fel eu bod yn croesi cyn lleied â phosibl.",
    "A document that cites nothing here may cite research that was not searched for, or name it without a reference.": (
        "Gall dogfen nad yw’n dyfynnu dim yma ddyfynnu ymchwil na chwiliwyd amdani, neu ei henwi heb gyfeiriad."
    ),
    "Missing reference lists look like not citing.": "Mae rhestr gyfeiriadau goll yn edrych fel peidio â dyfynnu.",
    "Documents that cite research here": "Dogfennau sy’n dyfynnu ymchwil yma",
    # what the pages carry
    "titles, authors, DOIs and the first sentence of each abstract": "teitlau, awduron, DOI a brawddeg gyntaf pob crynodeb",
    "titles, authors, DOIs and the abstracts": "teitlau, awduron, DOI a’r crynodebau",
    "short extracts of passages": "dyfyniadau byr o ddarnau",
    "short extracts of policy passages with page and section": "dyfyniadau byr o ddarnau polisi, â thudalen ac adran",
    "policy passages, cut at 900 characters, with page and section": "darnau polisi, wedi’u torri ar 900 nod, â thudalen ac adran",
    "the sentences themselves, cut at 420 characters, with page and section": (
        "y brawddegau eu hunain, wedi’u torri ar 420 nod, â thudalen ac adran"
    ),
    "titles, and the sentences or references that cite": "teitlau, a’r brawddegau neu’r cyfeiriadau sy’n dyfynnu",
    "titles and years": "teitlau a blynyddoedd",
    "numbers and still pictures only": "rhifau a lluniau llonydd yn unig",
    # landing page
    "Every work as a point, near what it resembles and cites. Which groups are there, who bridges them, what do they rest on?": (
        "Pob gwaith yn bwynt, ger yr hyn y mae’n debyg iddo ac yn ei ddyfynnu. Pa grwpiau sydd yno, pwy sy’n eu pontio, ar beth y maent yn pwyso?"
    ),
    "Years downwards, a lane a grouping: who cites whom, as far as reference lists were given.": (
        "Blynyddoedd i lawr, lôn i bob grŵp: pwy sy’n dyfynnu pwy, cyn belled ag y rhoddwyd rhestrau cyfeiriadau."
    ),
    "Words that belong together in these texts, and where each of them is at home.": (
        "Geiriau sy’n perthyn i’w gilydd yn y testunau hyn, a chartref pob un ohonynt."
    ),
    "Which themes of concepts tie the field together, and which keep to themselves, with ranges.": (
        "Pa themâu cysyniadau sy’n clymu’r maes ynghyd, a pha rai sy’n cadw iddynt eu hunain, ag ystodau."
    ),
    "Where English and Welsh policy differ, where they do not, and where nobody can say.": (
        "Lle mae polisi Cymru a Lloegr yn wahanol, lle nad yw, a lle na all neb ddweud."
    ),
    "Who must, should, may or hopes to do what: theme by theme, nation beside nation, gaps shown as gaps.": (
        "Pwy y mae’n rhaid iddo, a ddylai, a gaiff neu sy’n gobeithio gwneud beth: fesul thema, cenedl wrth ochr cenedl, a bylchau’n fylchau."
    ),
    "Passages of both nations on the same subject, side by side, for reading and ruling.": (
        "Darnau o’r ddwy genedl ar yr un pwnc, ochr yn ochr, i’w darllen a dyfarnu arnynt."
    ),
    "Which policy cites which research, in whose words; what cites nothing, and what nobody cites.": (
        "Pa bolisi sy’n dyfynnu pa ymchwil, yng ngeiriau pwy; beth sy’n dyfynnu dim, a beth nad oes neb yn ei ddyfynnu."
    ),
    "What came in, what was joined, kept and grouped. The boxes add up.": (
        "Yr hyn a ddaeth i mewn, a unwyd, a gadwyd ac a grwpiwyd. Mae’r blychau’n gwneud y cyfanswm."
    ),
    "Question, method, storylines, comparison and limits on one page, nothing without its source.": (
        "Cwestiwn, dull, llinellau stori, cymhariaeth a therfynau ar un dudalen, dim heb ei ffynhonnell."
    ),
    "A meta-narrative map of a literature and of the policy around it. Every page is one file that opens without a network.": (
        "Map meta-naratif o lenyddiaeth ac o’r polisi o’i chwmpas. Un ffeil yw pob tudalen, ac mae’n agor heb rwydwaith."
    ),
    "Groups of works": "Grwpiau o weithiau",
    "Proposals of the machine, unless a person gave the name. Each has a card: what the machine proposes beside what people wrote.": (
        "Cynigion y peiriant, oni bai i berson roi’r enw. Mae cerdyn i bob un: yr hyn y mae’r peiriant yn ei gynnig wrth ochr yr hyn a ysgrifennodd pobl."
    ),
    "records joined as copies": "cofnodion wedi’u huno fel copïau",
    "citations between works here": "dyfyniadau rhwng gweithiau yma",
    "provisions: who must, should, may": "darpariaethau: pwy y mae’n rhaid, a ddylai, a gaiff",
    # notices
    "Made from digests written for this example in our own words, not from the documents themselves.": (
        "Wedi’i wneud o grynodebau a ysgrifennwyd ar gyfer yr enghraifft hon yn ein geiriau ein hunain, nid o’r dogfennau eu hunain."
    ),
    "Do not cite what you read here as what a policy or a paper says.": (
        "Peidiwch â dyfynnu’r hyn a ddarllenwch yma fel yr hyn y mae polisi neu bapur yn ei ddweud."
    ),
    "No language model was at hand: nearness in text comes from shared words (TF-IDF and SVD), which is coarser and knows no synonyms.": (
        "Nid oedd model iaith wrth law: o eiriau a rennir (TF-IDF ac SVD) y daw agosrwydd testun, sy’n fwy bras ac yn adnabod dim cyfystyron."
    ),
}

ONLY: dict[str, dict[str, str]] = {
    "force": {
        "must": "rhaid",
        "not": "peidio",
        "need": "angen",
        "should": "dylai",
        "may": "caiff",
        "aspires": "anelu",
        "will": "bydd",
    },
    "evidence": {"Show": "Dangos"},
}
"""Words of one view only: in others the same letters may be a word of the corpus."""

PATTERNS: tuple[tuple[str, str], ...] = (
    ("{n} pairs of passages: {what}.", "Parau o ddarnau: {n}: {what}."),
    ("{n} pair of passages: {what}.", "Parau o ddarnau: {n}: {what}."),
    ("{n} on the same subject", "{n} ar yr un pwnc"),
    ("{n} possible", "{n} yn bosibl"),
    ("{n} passages without a counterpart yet; {m} are shown.", "Darnau heb gymar eto: {n}; dangosir {m}."),
    ("{n} passage without a counterpart yet; {m} are shown.", "Darnau heb gymar eto: {n}; dangosir {m}."),
    ("No pair was found.", "Ni chanfuwyd pâr."),
    ("cluster {n} (proposal): {label}", "clwstwr {n} (cynnig): {label}"),
    ("cluster {n} (proposal)", "clwstwr {n} (cynnig)"),
    ("cluster {n} (proposal)…", "clwstwr {n} (cynnig)…"),
    ("({nation}, {year})", "({nation}, {year})"),
    ("named by a person; T{n}: {label}", "wedi’i enwi gan berson; T{n}: {label}"),
    ("T{n}, accepted by a person", "T{n}, wedi’i dderbyn gan berson"),
    ("other ({n})", "eraill ({n})"),
    ("one of {n} smaller clusters", "un o’r clystyrau llai ({n})"),
    ("Policy document · {nation}", "Dogfen bolisi · {nation}"),
    ("← more in {nation}", "← mwy yn: {nation}"),
    ("more in {nation} →", "mwy yn: {nation} →"),
    ("{a} · {b}", "{a} · {b}"),
    ("−{n} points", "−{n} pwynt"),
    ("+{n} points", "+{n} pwynt"),
    ("too few documents to say ({a} and {b})", "rhy ychydig o ddogfennau i ddweud ({a} a {b})"),
    ("Too few documents to say ({a} and {b} documents).", "Rhy ychydig o ddogfennau i ddweud ({a} a {b})."),
    (
        "No clear difference: {size} points towards {nation} (95 % interval {low} to {high}), from {a} and {b} documents.",
        "Dim gwahaniaeth clir: {size} pwynt tuag at {nation} (cyfwng 95 % {low} i {high}), o ddogfennau: {a} a {b}.",
    ),
    (
        "More in {nation}: {size} points (95 % interval {low} to {high}), from {a} and {b} documents.",
        "Mwy yn: {nation}: {size} pwynt (cyfwng 95 % {low} i {high}), o ddogfennau: {a} a {b}.",
    ),
    (
        "More in {nation}: odds × {size} (95 % interval {low} to {high}), from {a} and {b} documents.",
        "Mwy yn: {nation}: ods × {size} (cyfwng 95 % {low} i {high}), o ddogfennau: {a} a {b}.",
    ),
    (
        "No clear difference: odds × {size} towards {nation} (95 % interval {low} to {high}), from {a} and {b} documents.",
        "Dim gwahaniaeth clir: ods × {size} tuag at {nation} (cyfwng 95 % {low} i {high}), o ddogfennau: {a} a {b}.",
    ),
    (
        "Not tested, too little to go by: {size} towards {nation}, from {a} and {b} documents.",
        "Heb ei brofi, rhy ychydig i bwyso arno: {size} tuag at {nation}, o ddogfennau: {a} a {b}.",
    ),
    ("{a} of {b} in England, {c} of {d} in Wales", "{a} o {b} yn Lloegr, {c} o {d} yng Nghymru"),
    ("{a}% in England, {b}% in Wales", "{a}% yn Lloegr, {b}% yng Nghymru"),
    ("{n} contrasts between {a} and {b}", "Cymariaethau rhwng {a} a {b}: {n}"),
    ("{n} contrasts: {a}, {b}, {c}, {d}, {e}, {f}.", "Cymariaethau: {n}; {a}, {b}, {c}, {d}, {e}, {f}."),
    ("{n} contrasts: {a}, {b}, {c}, {d}, {e}.", "Cymariaethau: {n}; {a}, {b}, {c}, {d}, {e}."),
    ("{n} contrasts: {a}, {b}, {c}, {d}.", "Cymariaethau: {n}; {a}, {b}, {c}, {d}."),
    ("{n} contrasts: {a}, {b}, {c}.", "Cymariaethau: {n}; {a}, {b}, {c}."),
    ("{n} contrasts: {a}, {b}.", "Cymariaethau: {n}; {a}, {b}."),
    ("{n} contrasts: {a}.", "Cymariaethau: {n}; {a}."),
    (
        "{n} are drawn; {m} words with smaller differences are not: contrasts.csv and metanarrative compare list all.",
        "Dangosir {n}; nid yw {m} gair â gwahaniaethau llai: mae’r cwbl yn contrasts.csv a metanarrative compare.",
    ),
    ("Same genre only: {size} points towards {nation}.", "O fewn yr un genre yn unig: {size} pwynt tuag at {nation}."),
    (
        "Turns round within the same genre: {size} points towards {nation} (95 % interval {low} to {high}), from {a} and {b} documents.",
        "Yn troi o chwith o fewn yr un genre: {size} pwynt tuag at {nation} (cyfwng 95 % {low} i {high}), o ddogfennau: {a} a {b}.",
    ),
    (
        "Too few documents to compare: {a} of {one} and {b} of {other}.",
        "Rhy ychydig o ddogfennau i’w cymharu: {one} {a}, {other} {b}.",
    ),
    (
        "The counts are listed and lead to their passages; no difference can be told from them.",
        "Rhestrir y cyfrifon ac maent yn arwain at eu darnau; ni ellir dweud dim am wahaniaeth ohonynt.",
    ),
    ("disc: more in {a}; square: more in {b}; hollow grey: no clear difference",
     "disg: mwy yn: {a}; sgwâr: mwy yn: {b}; llwyd gwag: dim gwahaniaeth clir"),
    ("Passages: {a} first, then {b}", "Darnau: {a} yn gyntaf, yna {b}"),
    ("Odds, {b} to {a}", "Ods, {b} i {a}"),
    ("Percentage points, {b} less {a}", "Pwyntiau canran, {b} llai {a}"),
    ("Passages, provisions or uses {a}", "Darnau, darpariaethau neu ddefnyddiau: {a}"),
    ("Documents {a}", "Dogfennau: {a}"),
    ("{n} works and {m} policy documents in {k} clusters, none of them named or accepted by people yet.",
     "Gweithiau: {n}; dogfennau polisi: {m}; clystyrau: {k}, heb yr un wedi’i enwi na’i dderbyn gan bobl eto."),
    ("{n} works and {m} policy documents in {k} clusters, {j} of them named or accepted by people.",
     "Gweithiau: {n}; dogfennau polisi: {m}; clystyrau: {k}, a {j} ohonynt wedi’u henwi neu eu derbyn gan bobl."),
    ("{n} works in {k} clusters, none of them named or accepted by people yet.",
     "Gweithiau: {n}; clystyrau: {k}, heb yr un wedi’i enwi na’i dderbyn gan bobl eto."),
    ("{n} works in {k} clusters, {j} of them named or accepted by people.",
     "Gweithiau: {n}; clystyrau: {k}, a {j} ohonynt wedi’u henwi neu eu derbyn gan bobl."),
    ("{n} works in {k} clusters", "Gweithiau: {n}; clystyrau: {k}"),
    ("{n} works and {m} policy documents stand in no cluster: hollow grey marks, listed in the table.",
     "Mewn dim clwstwr: gweithiau {n}, dogfennau polisi {m}: marciau llwyd gwag, yn y tabl."),
    ("{n} works stand in no cluster: hollow grey marks, listed in the table.",
     "Mewn dim clwstwr: gweithiau {n}: marciau llwyd gwag, yn y tabl."),
    ("{n}% of its link weight stays inside this group (text and citations); next: {next} with {m}%.",
     "Mae {n}% o bwysau ei ddolenni yn aros y tu mewn i’r grŵp hwn (testun a dyfyniadau); nesaf: {next}, {m}%."),
    ("{n}% of its link weight stays inside this group (text); next: {next} with {m}%.",
     "Mae {n}% o bwysau ei ddolenni yn aros y tu mewn i’r grŵp hwn (testun); nesaf: {next}, {m}%."),
    ("Places come from the strongest text, coupling and citation links of each work (a seeded neighbour layout computed once and stored).",
     "Daw’r lleoedd o ddolenni testun, cyplu a dyfynnu cryfaf pob gwaith (cynllun cymdogion â hedyn, wedi’i gyfrifo unwaith a’i gadw)."),
    ("The {n} strongest links are drawn.", "Dangosir y dolenni cryfaf: {n}."),
    ("{n} of {all} works and the citations known between them, {a} to {b}: years run downwards, each lane is a grouping, links lead from a work to those that cite it.",
     "Gweithiau: {n} o {all}, a’r dyfyniadau hysbys rhyngddynt, {a} hyd {b}: mae’r blynyddoedd yn rhedeg i lawr, grŵp yw pob lôn, a dolenni’n arwain o waith at y rhai sy’n ei ddyfynnu."),
    ("Each band is one year; years without works are narrow, and {n} or more in a row are one broken band.",
     "Blwyddyn yw pob band; mae blynyddoedd heb weithiau’n gul, a {n} neu ragor yn olynol yn un band toredig."),
    ("no works {a}–{b}", "dim gweithiau {a}–{b}"),
    ("{n} works and the citations known between them, {a} to {b}: years run downwards, each lane is a grouping, links lead from a work to those that cite it.",
     "Gweithiau: {n}, a’r dyfyniadau hysbys rhyngddynt, {a} hyd {b}: mae’r blynyddoedd yn rhedeg i lawr, grŵp yw pob lôn, a dolenni’n arwain o waith at y rhai sy’n ei ddyfynnu."),
    ("Thick: the links that most chains of these citations run through ({n} links).",
     "Trwchus: y dolenni y mae’r rhan fwyaf o gadwyni’r dyfyniadau hyn yn rhedeg drwyddynt ({n})."),
    ("{n} of {all} works have parsed references: of the others it cannot be seen what they draw on.",
     "Mae gan {n} o {all} gwaith gyfeiriadau a ddarllenwyd: am y lleill ni ellir gweld ar beth y maent yn tynnu."),
    ("{n} of {all} works are drawn: those with a role or on the main path, then the most cited among those that a citation links.",
     "Dangosir {n} o {all} gwaith: y rhai â rôl neu ar y prif lwybr, yna’r mwyaf eu dyfynnu ymhlith y rhai a gysylltir gan ddyfyniad."),
    ("{n} work without a year cannot be drawn.", "Ni ellir dangos gweithiau heb flwyddyn: {n}."),
    ("{n} works without a year cannot be drawn.", "Ni ellir dangos gweithiau heb flwyddyn: {n}."),
    ("Storyline of {n} works, {a} to {b}", "Llinell stori, {a} hyd {b}; gweithiau: {n}"),
    ("(no work is cited in half of the later years)", "(ni ddyfynnir yr un gwaith yn hanner y blynyddoedd diweddarach)"),
    ("among the earliest works, on the main path", "ymhlith y gweithiau cynharaf, ar y prif lwybr"),
    ("{n} works", "{n} gwaith"),
    ("{a}–{b}: {n} works; {terms}", "{a}–{b}: {n} gwaith; {terms}"),
    ("{n} concepts found in the texts.", "Cysyniadau a ganfuwyd yn y testunau: {n}."),
    ("Map of {n} concepts", "Map cysyniadau: {n}"),
    ("{n} themes of concepts from {m} documents.", "Themâu cysyniadau: {n}; dogfennau: {m}."),
    ("Thematic map of {n} themes", "Map themâu: {n}"),
    ("{v} (resamples {a} to {b})", "{v} (ailsamplau {a} i {b})"),
    ("centrality {a}, density {b}", "canologrwydd {a}, dwysedd {b}"),
    ("{name}: centrality {a}, density {b}, {n} documents", "{name}: canologrwydd {a}, dwysedd {b}, dogfennau: {n}"),
    ("Resamples cross the median of centrality: not enough evidence for one corner.",
     "Mae ailsamplau’n croesi canolrif canologrwydd: dim digon o dystiolaeth am un gornel."),
    ("Resamples cross the median of density: not enough evidence for one corner.",
     "Mae ailsamplau’n croesi canolrif dwysedd: dim digon o dystiolaeth am un gornel."),
    ("Resamples cross the median of centrality and of density: not enough evidence for one corner.",
     "Mae ailsamplau’n croesi canolrif canologrwydd a dwysedd: dim digon o dystiolaeth am un gornel."),
    ("Callon’s measures on equivalence indices (joint documents squared over the product of both): centrality is ten times their sum to other themes, density a hundred times their sum inside over the number of concepts.",
     "Mesurau Callon ar fynegeion cywerthedd (sgwâr y dogfennau ar y cyd dros luoswm y ddau): canologrwydd yw deg gwaith eu swm i themâu eraill, dwysedd yw canwaith eu swm y tu mewn dros nifer y cysyniadau."),
    ("Whiskers: {n} resamples of the documents with the themes held fixed, fifth to ninety-fifth percentile, centred on the figure.",
     "Blew: {n} ailsampl o’r dogfennau â’r themâu’n sefydlog, o’r pumed i’r pymthegfed a phedwar ugain canradd, wedi’u canoli ar y ffigur."),
    ("{a} provisions in {one} and {b} provisions in {other}, by theme and by how strongly they bind.",
     "Darpariaethau: {one} {a}, {other} {b}, yn ôl thema a pha mor gryf y maent yn rhwymo."),
    ("A cell leads to the sentences; {n} dashed cells are gaps: no such sentence was found.",
     "Mae cell yn arwain at y brawddegau; bylchau yw’r celloedd toredig ({n}): ni chanfuwyd brawddeg o’r fath."),
    ("Requirements of policy: {n} themes, {a} and {b}", "Yr hyn y mae polisi’n ei fynnu: {n} thema, {a} a {b}"),
    ("Not in the grids: {n} provision of {nation}.", "Nid yn y gridiau: {n} darpariaeth, {nation}."),
    ("Not in the grids: {n} provisions of {nation}.", "Nid yn y gridiau: {n} darpariaeth, {nation}."),
    ("Per {n} words", "Fesul {n} gair"),
    ("Same cell in {nation}", "Yr un gell yn: {nation}"),
    ("Share of {nation}’s", "Cyfran o rai {nation}"),
    ("{n} provisions", "{n} darpariaeth"),
    ("{n} provision", "{n} darpariaeth"),
    ("{theme}, {nation}, {force}: {n} provisions", "{theme}, {nation}, {force}: {n} darpariaeth"),
    ("{theme}, {nation}, {force}: {n} provision", "{theme}, {nation}, {force}: {n} darpariaeth"),
    ("{n} entries of literature led to {m} included works; {k} entries of policy led to {j} included documents.",
     "Llenyddiaeth: o {n} cofnod i {m} gwaith a gynhwyswyd; polisi: o {k} cofnod i {j} dogfen a gynhwyswyd."),
    ("Entries counted in the source files. Routes by which works came (a work may have several): {routes}.",
     "Cofnodion a gyfrifwyd yn y ffeiliau ffynhonnell. Y llwybrau y daeth gweithiau ar eu hyd (gall fod sawl un i waith): {routes}."),
    ("Entries counted in the source files.", "Cofnodion a gyfrifwyd yn y ffeiliau ffynhonnell."),
    ("Routes by which works came (a work may have several): {routes}.",
     "Y llwybrau y daeth gweithiau ar eu hyd (gall fod sawl un i waith): {routes}."),
    ("{n} pairs of passages on the same subject, and {m} passages for which no answer was found.",
     "Parau o ddarnau ar yr un pwnc: {n}; darnau heb ateb wedi’i ganfod: {m}."),
    ("In {n} pairs, shown first, one side may deny what the other says.",
     "Mewn {n} pâr, a ddangosir yn gyntaf, gall un ochr wadu’r hyn a ddywed y llall."),
    ("In {n} pair, shown first, one side may deny what the other says.",
     "Mewn {n} pâr, a ddangosir yn gyntaf, gall un ochr wadu’r hyn a ddywed y llall."),
    ("No counterpart found in the documents of {nation}.", "Ni chanfuwyd cymar yn nogfennau: {nation}."),
    ("{n} of {all} rows are shown; the CSV export has all.", "Dangosir {n} o {all} rhes; mae’r cyfan yn yr allforyn CSV."),
    ("Pair {n}: {themes}", "Pâr {n}: {themes}"),
    ("Pair {n}", "Pâr {n}"),
    ("force: {a} / {b}", "grym: {a} / {b}"),
    ("{n} policy documents of {all} whose references could be read cite research of this corpus, {m} citations in all; {k} citation lead the other way, from works to policy documents.",
     "Mae {n} o {all} dogfen bolisi yn dyfynnu ymchwil y corpws hwn, {m} dyfyniad i gyd; mae {k} yn arwain y ffordd arall, o weithiau at ddogfennau polisi."),
    ("None of {all} policy documents cites research of this corpus; {k} citations lead the other way, from works to policy documents.",
     "Nid oes yr un o {all} dogfen bolisi yn dyfynnu ymchwil y corpws hwn; mae {k} dyfyniad yn arwain y ffordd arall, o weithiau at ddogfennau polisi."),
    ("{n} of the documents carry references that could be read.", "Mae {n} o’r dogfennau’n cynnwys cyfeiriadau y gellid eu darllen."),
    ("{nation}: {n} of {all} documents", "{nation}: {n} o {all} dogfen"),
    ("({p}%; 95 % interval {a}% to {b}%)", "({p}%; cyfwng 95 % {a}% i {b}%)"),
    ("{n} policy documents citing no research of this corpus", "Dogfennau polisi nad ydynt yn dyfynnu ymchwil y corpws hwn: {n}"),
    ("{n} clusters that no policy document here cites", "Clystyrau nad oes dogfen bolisi yma’n eu dyfynnu: {n}"),
    ("{n} links between policy and research", "Dolenni rhwng polisi ac ymchwil: {n}"),
    ("Citation · identifier", "Dyfyniad · dynodydd"),
    ("Citation · title, author and year", "Dyfyniad · teitl, awdur a blwyddyn"),
    ("works of literature ({a} with an abstract, {b} with references)",
     "gweithiau llenyddol ({a} â chrynodeb, {b} â chyfeiriadau)"),
    ("policy documents (England {a}, Wales {b})", "dogfennau polisi (Lloegr {a}, Cymru {b})"),
    ("clusters proposed, {n} named or accepted by people", "clystyrau a gynigiwyd, {n} wedi’u henwi neu eu derbyn gan bobl"),
    ("clear differences in {n} contrasts (too few documents to say for {m})",
     "gwahaniaethau clir mewn {n} cymhariaeth (rhy ychydig o ddogfennau i ddweud am {m})"),
    ("({n} works, stability {s})", "({n} gwaith, sefydlogrwydd {s})"),
    ("While reading and computing: {what}. The list: metanarrative export csv -o OUT, problems.csv.",
     "Wrth ddarllen a chyfrifo: {what}. Y rhestr: metanarrative export csv -o OUT, problems.csv."),
    ("{n} warnings", "{n} rhybudd"),
    ("{title}. Made with metanarrative{version}; name the input hash and the seed above, and the works themselves for what they found.",
     "{title}. Gwnaed â metanarrative{version}; enwch hash y mewnbwn a’r hedyn uchod, a’r gweithiau eu hunain am yr hyn a ganfuwyd ganddynt."),
    ("{hash} over {n} files", "{hash} dros {n} ffeil"),
)  # fmt: skip
"""(English, Welsh) with names in braces; what stands in a brace is translated in its turn where it can be."""
