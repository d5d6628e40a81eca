"""Every limit in one place, each with its reason.

A limit counts work (characters, tokens, depth, terms, bits), never seconds on
somebody's clock, so that a verdict is the same on any machine.
"""

# --- compare ------------------------------------------------------------------

#: Terms that one polynomial of a normal form may have.  The largest right answer
#: of the rubrics that ship has a few hundred when written out.
MAX_TERMS = 20_000

#: Pairs of terms that one multiplication may meet; bounds work before it is done.
MAX_TERM_PAIRS = 2_000_000

#: Largest exponent of a power that a normal form writes out or keeps.
MAX_EXPONENT = 10_000

#: Bits of a number that is kept exactly; past this, balls and "undecided".
MAX_NUMBER_BITS = 20_000

#: Terms of a sum, or factors of a product, that are put together before it is looked at
#: whether their exact value grew too long: 20,000 factors one by one cost their square.
NUMBERS_AT_ONCE = 64

#: Indicators inside one function's argument that are written out as cases (2^n).
MAX_SPLIT_INDICATORS = 6

#: Cases that the case split looks at before it gives up.
MAX_CASES = 512

#: Generators (names and kernels) that one comparison may need.
MAX_GENERATORS = 192

#: Polynomials with more terms than this are not factored: factoring may take
#: time out of proportion, and leaving a polynomial whole is sound.
MAX_TERMS_TO_FACTOR = 400

#: Times that two expressions are brought to normal form again because a kernel
#: needs a finer scale (exp(x/2) after exp(x)) or there are more generators.
MAX_RESTARTS = 12

#: Definitions beyond which an answer whose value no precision holds is given up at the
#: first point (a thousand exponentials of each other); people have some thirty.
MAX_DEFINITIONS = 100

#: Definitions through which a derivative in an answer is worked out, one within another;
#: each takes some five frames of Python's thousand where the result is evaluated.
MAX_DERIVATIVE_STEPS = 40

#: Derivatives in one answer, or in one definition, that are worked out; people leave two.
MAX_PARTIALS = 24

#: Bits of a number that a witness writes out (and of the power of two in the end of
#: a ball): some 2,400 digits.  Python refuses to write integers of over 4,300, to
#: which the bits of the ball itself are added.
WITNESS_BITS = 8_000

#: Characters of an exact value that a page or a terminal shows as it is; a longer one
#: is shown rounded.
VALUE_CHARACTERS = 40

#: Bits of precision at which a ball evaluation tries to exclude zero, in order.
PRECISIONS = (64, 192, 640, 2048)

#: Fixed points of a reference at which every answer is looked at first: nearly all wrong
#: answers differ at one of them, and each costs a microsecond for ten operations.
SIGHT_POINTS = 12

#: Indicators of a reference that points are moved close to, and points that are moved to
#: each: a network of two layers has some eight, and four points reach its active regions.
NEAR_GAPS, NEAR_BASES = 12, 4

#: Operations on values that one evaluation or normal form may take: an answer of
#: 10^4 tokens needs about as many, a definition that doubles itself needs 2^n.
MAX_OPERATIONS = 200_000

# Reports and exports -------------------------------------------------------------------

#: LaTeX longer than this is shown as it is instead of as MathML.  Six times the
#: longest derivative of a two-layer network, and under 30 ms to convert.
MATHML_CHARACTERS = 6_000

#: Brackets and groups inside each other that are converted to MathML; the
#: converter recurses some eight frames for each, of Python's thousand.
MATHML_DEPTH = 60

#: LaTeX longer than this is given as it is in plain text; a page of formula that no
#: one reads, and 20 ms to convert.
UNICODE_MATH_CHARACTERS = 10_000

#: Nesting that the writer of plain-text mathematics follows before it gives the
#: LaTeX itself; it recurses three frames for each.
UNICODE_MATH_DEPTH = 100

#: Bytes of rendered parts (views, HTML, Markdown, text) that one process keeps for the
#: students to come: all of the popular answers of a large class, and a small share of
#: the gibibyte that a process may take.
SECTION_BYTES = 64 * 2**20

#: Formulas kept converted during one run: a class repeats the same few thousand, some
#: two kilobytes each.
FORMULAS_KEPT = 8192

#: Words, numbers and formulas of pages that are kept as a format has them: more than
#: stand in any homework, beside what students wrote.
PRINTED_KEPT = 1024

#: Files that are made durable together: one wait for the disk for all of them, and few
#: enough that a full disk is noticed soon.
FILES_TOGETHER = 240

#: Longest plain-text report: Canvas refuses comments over 65,535 characters.
#: Counted in bytes of UTF-8 here, since those are never fewer than characters.
COMMENT_BYTES = 65_535

#: Longest stem of a feedback file's name.  File systems allow 255 bytes for a
#: name, Windows 260 characters for a whole path; this leaves room for both.
FILE_STEM_BYTES = 80

#: Largest review.yaml that is read back; a thousand students with every part
#: waiting come to about 5 MB.
REVIEW_BYTES = 50_000_000

#: Scalars, lists and mappings of a review.yaml: a thousand students with every part
#: waiting need some 600,000.
REVIEW_NODES = 2_000_000

# Terminal ------------------------------------------------------------------------------

#: Students that the table at the end of ``grade`` lists: a class fits, a course of a
#: thousand is better read on its page.
SUMMARY_ROWS = 60

#: Names of a witness that a self-check prints; a network's 13 parameters fit, and a
#: line of more is not read.
WITNESS_NAMES = 16

# --- Files (grader/read) -------------------------------------------------------

#: Bytes of a rubric or answers file.  The largest believable homework is some
#: 100 kB; 5 MB leaves room for a long rubric and still reads in a second or two.
FILE_BYTES = 5_000_000

#: Characters and lines of an answers file: ten times the largest homework that is
#: believable, and twenty lines for each of a thousand answers.
ANSWERS_CHARACTERS = 1_000_000
ANSWERS_LINES = 20_000

#: Lists and mappings inside one another in a YAML file.  A rubric needs 6 levels,
#: an answers file 4; more than 40 is a slip or an attack on the reader's stack.
YAML_DEPTH = 40

#: Scalars, lists and mappings in one YAML file: a homework of 1,000 parts needs
#: some 10,000; five times that is read in a second.
YAML_NODES = 50_000

#: Faults listed for one file.  One slip can spoil every later line, and nobody
#: mends more than this in one go.
FILE_FAULTS = 50

#: Answers of one file under names of no part that are looked up by what the name means;
#: beyond these only ids count.  Nobody answers this many parts that were not asked.
UNKNOWN_KEYS = 200

#: Definitions of one file, or of one question in it, that are read; people have some thirty.
DEFINITIONS_READ = 1_000

#: Names among which a misspelt one is looked for; it takes a microsecond for each, and no
#: homework has half as many.
SUGGESTED_NAMES = 500

#: Characters of a key that messages repeat.
KEY_CHARACTERS = 200

#: Characters of a student's name, id or login; the longest name on record has under 1,000.
IDENTITY_CHARACTERS = 1_000

#: Points at which every part is compared first, at the least; each activation
#: region that was found has two or more of them.
FIXED_POINTS = 24

#: Points that one round of sampling draws, and rounds that look for new regions.
SAMPLE_SIZE = 1_024
SEARCH_ROUNDS = 6

#: Activation regions that keep points of their own.
MAX_REGIONS = 64

#: Bits to which two values must be the same to agree, relative to the larger where that is
#: above 1.  Far beyond what two expressions that people write could come near by chance.
AGREED_BITS = 500

#: Names at whose zeros a function may jump, of which each side is looked at (2^n).
MAX_JUMPS = 4

#: Points of agreement that "sampled" needs at the least.
SAMPLED_POINTS = 48

# --- Reading expressions (grader/expr) -----------------------------------------

#: Characters of one answer.  The longest right answer of the rubrics that ship,
#: written out in full, has under 2,000.
MAX_ANSWER_CHARACTERS = 20_000

#: Brackets inside one another (and functions, exponents, … applied to one
#: another).  People stay under 15.  The parser takes up to seven frames of
#: Python's thousand for each.
MAX_NESTING = 64

#: Other readings of one answer that are looked at.  Three doubts have four (all
#: turned round, and each by itself); a text with more doubts needs a person anyway.
MAX_ALTERNATIVES = 8

#: Tokens that all other readings of one answer may have together: eight readings of an
#: answer of 2,500 tokens, and one of any.
ALTERNATIVE_TOKENS = 20_000

#: Notes about how one answer was read; a person who needs more than this reads the answer.
READING_NOTES = 50

#: Order of a derivative.  Homeworks ask for the second, Taylor's polynomials for the fifth
#: or so; each order may double the terms.
MAX_ORDER = 12

#: Entries of a vector or matrix.  A Jacobian worked out by hand has a dozen; each entry is
#: compared by itself.
MAX_ENTRIES = 144

#: Axes of a tensor; images in batches have four, attention heads five.
MAX_AXES = 12

#: Paths of a chain between two quantities that are written out.
MAX_CHAINS = 64

#: Digits of one number, and decimal places that ``1e-300`` asks for.
MAX_DIGITS = 400

#: Terms of an exponent that is looked at for being a whole number, such as ``n(n+1)``.
MAX_PARITY_TERMS = 64

#: Largest number whose factorial is read: 100! has 158 digits, and no Taylor polynomial that
#: anyone writes down goes so far.
MAX_FACTORIAL = 100

#: Bits of precision at which a point is shown to lie inside a case, in order: what a
#: hundred digits do not tell is too near to the edge to count.
INSIDE_PRECISIONS = (128, 384)

#: Points looked at inside one case of a case split, and rounds of search for them.
CASE_POINTS = 4
CASE_ROUNDS = 12

# --- Documents (grader/documents) -----------------------------------------------

#: Characters of a LaTeX document, its own commands put in place: a homework has
#: some 20,000, and pylatexenc reads 120,000 in a second.
DOCUMENT_CHARACTERS = 400_000

#: Groups and environments inside one another in a LaTeX document.  pylatexenc takes
#: some six of Python's thousand frames for each; people stay under 15.
DOCUMENT_NESTING = 80

#: Formulas of a LaTeX document that may be never closed; each costs another reading.
DOCUMENT_RESTARTS = 20

#: Calls of a document's own commands.  A long homework has some 2,000; commands that
#: double each other need 2^n.
MACRO_EXPANSIONS = 20_000

#: Equations of one document; a homework that is worked out at length has some 300.
DOCUMENT_EQUATIONS = 5_000

# --- mistakes -----------------------------------------------------------------

#: Candidates with the values of an answer that are tried for a proof.  Several rows
#: may give one wrong answer; more than a few differ only in what they are called.
MAX_CANDIDATES = 8

#: Points at which wrong answers are told apart before anything is proved.
INDEX_POINTS = 512

# --- Cases of a case split (grader/compare) --------------------------------------

#: Steps of the exact linear program that shows a case to be impossible; a case has
#: some ten conditions, and takes about as many steps.
MAX_PIVOTS = 400

#: Conditions of a case up to which their products, two by two, are looked at too
#: (x > 5 and x² < 2 exclude each other only so); 8 conditions have 36 products.
MAX_MULTIPLIED = 8

#: Points of a search from which lines are drawn, for cases that are thin slabs.
LINE_STARTS = 4

#: Degree of a polynomial along such a line; its zeros are found in well under 1 ms.
MAX_LINE_DEGREE = 12

#: Bits of the enclosure that proves a number written with roots to be zero: angles of a
#: sixtieth of a turn and three roots within each other need some hundreds.
MAX_SEPARATION_BITS = 20_000

#: Bits of an enclosure of such a number that take a unit of work, for each of its terms.
BITS_PER_UNIT = 100

#: Bits of p² + q² up to which the angle arctan(p/q) is taken apart into those of primes;
#: factoring a number of 100 bits takes some milliseconds.
MAX_ANGLE_BITS = 100

#: Angles of which it is tried to turn some by a quarter, so that no i is left (2^n).
MAX_TURNED = 5

#: Degree above which a polynomial is not factored (1 + e^(1.0001 x) is of degree
#: 10001 in e^(x/10000), and would take a minute).
MAX_DEGREE_TO_FACTOR = 100

#: Pairs of terms up to which a fraction is brought to lowest terms; a fraction that
#: is not in lowest terms is still exact.
MAX_GCD_PAIRS = 100_000

#: Exponent of a single generator (e^(x/10000) to the 10001), which costs nothing.
MAX_GENERATOR_EXPONENT = 20_000

#: Points at which a relation to the right answer is looked for; a number that fits at
#: six points by chance is not worth a proof, and fewer would often fit.
RELATION_POINTS = 6
#: Fewer points than this do not say enough: two values and a free number fit too easily.
RELATION_LEAST = 3

#: Points at which an answer is divided by a factor that may be one too many: the quotient
#: must be a known wrong answer there, which six points do not show by chance.
INDEX_PROBES = 6

#: Points beside the fixed ones that an index of wrong answers may need to tell them apart:
#: each costs an evaluation of every wrong answer; twelve do for all parts of the rubrics here.
MAX_SEPARATING = 16

# --- Canvas (grader/canvas, grader/exports, grader/push) ----------------------------

#: Files in a submissions archive: a class of a thousand that hands in twenty each.
ARCHIVE_ENTRIES = 20_000

#: Bytes that the answers in one archive unpack to: forty times what a class of a
#: thousand types, and still well within the memory of a small machine.
ARCHIVE_BYTES = 400_000_000

#: Bytes of a text entry's HTML; Canvas's editor makes some 20 kB of a long homework.
TEXT_ENTRY_BYTES = 1_000_000

#: Bytes of a gradebook: a thousand students with two hundred columns have 2 MB.
GRADEBOOK_BYTES = 50_000_000

#: Changes in a student's definitions that are tried to explain a wrong answer.
MAX_CORRECTIONS = 400

#: Points at which such changes are tried first, all in one walk: most mend nothing there.
CORRECTION_POINTS = 2

#: Characters of one cell of a workbook: what the format itself allows.
WORKBOOK_CELL = 32_767

#: Rows of one sheet of a workbook: what the format itself allows.  The answers of forty
#: thousand students are more.
WORKBOOK_ROWS = 1_048_576

#: Bytes of an export that are held in memory: those of a class of a thousand; a larger one
#: waits in a file.
SPOOLED_BYTES = 16 * 2**20

#: Degree up to which common divisors are looked for; beyond it (e^(1.0001 x) and e^x
#: are 10,001 and 10,000 powers of one generator) one may take half a minute.
MAX_GCD_DEGREE = 1_000

#: Seconds between the attempts at one request: a minute in all, in which a throttled
#: account has long been let in again.
PUSH_BACKOFF_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)

#: Seconds that an answer of Canvas's may take; its own gateways give up after 60.
PUSH_TIMEOUT_SECONDS = 90.0

#: What must remain of Canvas's quota (700 to begin with, some 1 for a request) for the
#: next request to go out at once.
PUSH_RATE_LOW = 100.0

#: Students whose grades go out in one request: with 26 criteria each, some 100 kB.
PUSH_BATCH = 50

#: Looks at a job of Canvas's: two to three minutes, for fifty grades.
PUSH_POLLS = 40

#: Units of work, each of about a microsecond, that all comparisons of one answer may take
#: together: an answer must be told in under two seconds, also where a machine has half the
#: speed.  The right answers that are known take a third of it at the most, nearly all of
#: them a thousandth.
MAX_WORK = 400_000

#: What a unit of work is: pairs of terms in a product and in a common divisor, generators
#: by which an operation on normal forms grows dearer; and what things cost in units: a case
#: of a case split, a condition of a case in which a point is looked for, a term of one, a term
#: of what is made of sines that is looked at for its conjugate, a degree of what is factored
#: there, and a node of a
#: tree that is evaluated in balls.  Measured; see ``tests/test_bounds.py``.
PAIRS_PER_UNIT = 256
GCD_PAIRS_PER_UNIT = 4
GENERATORS_PER_UNIT = 4
UNITS_PER_CASE = 100
UNITS_PER_CONDITION = 2_500
UNITS_PER_CONDITION_TERM = 100
UNITS_PER_NODE = 4
UNITS_PER_TURNED_TERM = 4
UNITS_PER_DEGREE = 25

#: Seconds after which a comparison ends as undecided.  A guard against what no other
#: limit foresaw, a hundred times what the slowest known comparison takes: verdicts must
#: not depend on the machine.
MAX_SECONDS = 60.0

#: Points at which an answer with rounded decimals must leave room for the reference.
ROUNDED_POINTS = 12

#: Points on kinks that are looked at for a note about ``>`` and ``>=``.
KINK_LOOKS = 40

#: Bytes of one entry of the cache: that of a homework of 26 parts has some 200 KB.
CACHE_ENTRY_BYTES = 16_000_000
#: Bytes of all entries together, the oldest of which go first: hundreds of homeworks,
#: and little for a home folder with a quota.
CACHE_BYTES = 64_000_000

# --- Sums over an index, vectors and matrices --------------------------------------

#: Terms of one sum or product that is written out; an index below 10 has one digit, so
#: that the subscripts of a family (``x_12``) stay unambiguous.
MAX_BIG_TERMS = 9

#: Terms that all sums of one expression may come to together when they are written out.
MAX_WRITTEN_OUT = 2_000

#: Factors of one product of matrices, powers written out.
MAX_FACTORS = 64

#: Nodes that a matrix expression may have with all names by their meaning: the longest
#: derivative of a network with one hidden layer has some 200.
MAX_MATRIX_NODES = 4_000

#: Nodes of a differential that the key shows put together in one line: that of the first
#: weights of a network with one hidden layer has some 60; a longer line no one follows.
MAX_STEP_NODES = 120

#: Largest power of a matrix that is written out.
MAX_MATRIX_POWER = 6

#: Operations that writing out the entries of one matrix expression may take: a layer of
#: a network at sizes 2 and 3 takes some hundreds.
MAX_ENTRY_OPERATIONS = 20_000

#: Nodes that the entries of a matrix expression may hold, all together, before they are
#: compared: shared parts are counted wherever they stand.  A layer's gradient at the sizes
#: that are tried has some 2,000.
MAX_ENTRY_NODES = 50_000

#: Words that the normal form of a matrix expression may have, and pairs that one of its
#: products may meet.
MAX_WORDS = 200

#: Nodes of an answer's entries up to which its mistake is looked for: comparing takes
#: time in proportion, and a person who errs that much has made more than one.
MAX_LIGHT_NODES = 3_000

#: Wrong answers that a wrong matrix expression is compared with, some 3 ms each.
MAX_MATRIX_MISTAKES = 80

# --- Batches (grader/batch) -----------------------------------------------------------

#: Keys of answers files whose part is remembered by a worker: a class uses some hundred
#: notations; a file made to fill the memory has thousands.
KEYS_KEPT = 10_000

#: Bytes of data that a worker may hold: three times what the largest known comparison
#: takes, and still two workers in a machine of 4 GB.
WORKER_BYTES = 1_000_000_000

#: Files that go to a worker at a time, and answers: some 30 ms of work, so that passing
#: them on costs little and a worker that dies loses little.
FILES_PER_TASK = 16
ANSWERS_PER_TASK = 16

#: Answers that may wait to be judged before more files are read: what keeps the memory of
#: a run the same for a class of any size, and every worker busy.
ANSWERS_WAITING = 4_000

#: Bytes of a journal that is not worth writing anew, however little of it is used.
JOURNAL_SMALL = 100_000

#: Results of answers that are kept decoded while a class is written: a part has few
#: hundred different answers in a class of a thousand.
RESULTS_KEPT = 20_000

#: The same while a class is read again, for its pages and for each export.
RESULTS_READ = 8_192

#: Seconds that the scheduler of a cluster may take to answer.
CLUSTER_SECONDS = 10

#: Students whom the class page lists, with a line that says how many more there are: a
#: course of thousands still opens in a second, and a browser gives up on 40 MB of table.
CLASS_ROWS = 5_000

# --- exports without people -----------------------------------------------------

#: Bytes of the secret that pseudonyms are made with: as many as the hash gives out.
ANONYMIZE_SECRET_BYTES = 32

#: Characters from which an id or a login is looked for in texts; a shorter one is like any
#: number or word, and hiding each of those would leave no mathematics.
ANONYMIZE_ID_CHARACTERS = 4

#: Letters from which one word of a name is looked for alone; `x` and `Y` are symbols.
ANONYMIZE_WORD_CHARACTERS = 2
