"""Why something is not simply right: the third closed list.

Each code has one sentence and one piece of advice in the message catalogue
(grader/report/messages/<lang>/reasons.toml); a test holds the two together.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A snake_case code. The facts each one carries stand behind it."""

    # Reading what was handed in
    NO_CODE = "no_code"  # no Python file or notebook at all
    UNREADABLE_FILE = "unreadable_file"  # file
    TOO_LARGE = "too_large"  # size, most
    ARCHIVE_REFUSED = "archive_refused"  # why, entry
    ARCHIVE_ESCAPES = "archive_escapes"  # entry
    ANSWERS_MISSING = "answers_missing"
    ANSWERS_SYNTAX = "answers_syntax"  # detail
    ANSWERS_UNKNOWN_KEY = "answers_unknown_key"  # key
    ANSWERS_WRONG_TYPE = "answers_wrong_type"  # key, want, found
    ESSAY_MISSING = "essay_missing"
    ESSAY_EMPTY = "essay_empty"
    NOTEBOOK_BROKEN = "notebook_broken"  # detail
    ENCODING = "encoding"  # encoding
    LEFT_OUT = "left_out"  # count, names: caches and downloaded data, not read
    LINK_IGNORED = "link_ignored"  # file
    NOT_A_FILE = "not_a_file"  # file
    NAME_REFUSED = "name_refused"  # most
    TOO_MANY_FILES = "too_many_files"  # most
    TOO_DEEP = "too_deep"  # most
    ARCHIVE_FORMAT = "archive_format"  # format
    ARCHIVE_ENCRYPTED = "archive_encrypted"  # entry
    ARCHIVE_LINK = "archive_link"  # entry
    ARCHIVE_DOUBLE = "archive_double"  # entry, other
    ARCHIVE_NAME = "archive_name"  # entry
    ARCHIVE_ENTRIES = "archive_entries"  # count, most
    ARCHIVE_INFLATES = "archive_inflates"  # size, most
    ARCHIVE_CUT = "archive_cut"
    ARCHIVE_EMPTY = "archive_empty"
    ARCHIVE_NESTED = "archive_nested"  # note: an archive inside the submission, not opened
    NOTEBOOK_CELL = "notebook_cell"  # cell, detail: a cell that is no Python
    ANSWERS_DEEP = "answers_deep"  # most

    # Loading a student's code
    SYNTAX_ERROR = "syntax_error"  # detail
    PYTHON2 = "python2"  # detail
    IMPORT_TIMEOUT = "import_timeout"  # seconds
    IMPORT_ERROR = "import_error"  # error, detail
    MISSING_PACKAGE = "missing_package"  # package
    MISSING_MODULE = "missing_module"  # module
    MISSING_FILE = "missing_file"  # path
    RELATIVE_IMPORT = "relative_import"  # module
    INPUT_AT_IMPORT = "input_at_import"
    EXITS_AT_IMPORT = "exits_at_import"
    NEEDS_GPU = "needs_gpu"
    NOT_WRITTEN = "not_written"  # detail
    FREE_FORM_SCRIPT = "free_form_script"  # trains or loads data by itself; nothing to call
    NO_WORKERS = "no_workers"  # note: workers: loader workers asked for where none can run
    OLD_CALL = "old_call"  # note: call, now: gone from torch, done as it was meant
    IMPORT_STOPPED = "import_stopped"  # error, detail: the file stopped half-way, what was defined was used

    # Choosing and building the network
    CLASS_MISSING = "class_missing"  # wanted, found
    CLASS_AMBIGUOUS = "class_ambiguous"  # candidates
    NOT_A_MODULE = "not_a_module"  # name, type
    CONSTRUCTOR_ARGUMENTS = "constructor_arguments"  # name, arguments
    CONSTRUCTOR_RAISED = "constructor_raised"  # name, error, detail
    BUILD_TIMEOUT = "build_timeout"  # seconds
    PRETRAINED = "pretrained"  # detail

    # Running it
    FORWARD_RAISED = "forward_raised"  # error, detail
    FORWARD_TIMEOUT = "forward_timeout"  # seconds
    WRONG_LINEAR_SIZE = "wrong_linear_size"  # layer, declared, needed
    WRONG_INPUT_CHANNELS = "wrong_input_channels"  # layer, declared, given
    OUTPUT_NOT_TENSOR = "output_not_tensor"  # kind
    OUTPUT_SHAPE = "output_shape"  # expected, actual
    BATCH_AXIS_LOST = "batch_axis_lost"  # shape
    NAN_OUTPUT = "nan_output"

    # What the graph shows
    DROPOUT_IN_EVAL = "dropout_in_eval"  # p
    RANDOM_IN_EVAL = "random_in_eval"  # op
    BATCHNORM_TRAINING = "batchnorm_training"
    SOFTMAX_INSIDE = "softmax_inside"
    ARGMAX_INSIDE = "argmax_inside"
    OUTPUT_CONSTANT = "output_constant"  # the scores are not calculated from the image
    OUTPUT_WRAPPED = "output_wrapped"  # kind: the first tensor of a tuple, list or dict was taken
    UNUSED_LAYER = "unused_layer"  # layer, params
    BARE_WEIGHTS = "bare_weights"  # count
    NON_FINITE_WEIGHTS = "non_finite_weights"
    OPERATOR_REFUSED = "operator_refused"  # op
    LEAVES_TORCH = "leaves_torch"  # values that numpy or Python calculated
    NUMBERS_REPORTED = "numbers_reported"  # part of the network runs in the student's process only
    LOGITS_ONLY = "logits_only"  # the student's process was asked about the test images
    HANDOVER_REFUSED = "handover_refused"  # detail
    GRAPH_WITHOUT_SOURCE = "graph_without_source"  # layers
    GRAPHS_DIFFER = "graphs_differ"  # eval passes or batches took different paths

    # Documents
    DOCX_BROKEN = "docx_broken"  # file
    PDF_BROKEN = "pdf_broken"  # file
    PDF_ENCRYPTED = "pdf_encrypted"  # file
    PDF_LONG = "pdf_long"  # file, read, pages
    PDF_UNMAPPED = "pdf_unmapped"  # file, count: characters that do not say what they are
    PDF_PICTURES = "pdf_pictures"  # file, pages: a scan or photographs
    PDF_IMAGES = "pdf_images"  # file, count: it is not in the text, and may be in a picture
    PDF_STOPPED = "pdf_stopped"  # file, limit

    # Training
    TRAIN_MISSING = "train_missing"
    TRAIN_RAISED = "train_raised"  # error, detail
    TRAIN_RETURNED = "train_returned"  # type
    TRAIN_CAP = "train_cap"  # seconds, epochs
    HELD_OUT_SPLIT = "held_out_split"
    CHECKPOINT_MEASURED = "checkpoint_measured"  # note: accuracy, dataset
    CHECKPOINT_REFUSED = "checkpoint_refused"  # note: detail
    CHECKPOINT_DIFFERS = "checkpoint_differs"  # note: detail
    ACCURACY_LOW = "accuracy_low"  # needed, actual, dataset
    UNTRAINED_HIGH = "untrained_high"  # accuracy
    MEMORISED = "memorised"  # gap
    CLAIM_DIFFERS = "claim_differs"  # claimed, measured, dataset

    # How a run in the jail ended
    RUN_TIMEOUT = "run_timeout"  # detail
    RUN_CPU = "run_cpu"  # detail
    RUN_MEMORY = "run_memory"  # detail
    RUN_PROCESSES = "run_processes"  # detail
    RUN_DISK = "run_disk"  # detail
    RUN_OUTPUT = "run_output"  # detail
    RUN_CRASHED = "run_crashed"  # detail
    RUN_PROTOCOL = "run_protocol"
    HUNG_BEFORE = "hung_before"  # seconds; not run again for another question

    # Hand calculation and reported numbers
    HAND_MISSING = "hand_missing"  # layer
    HAND_WRONG = "hand_wrong"  # layer, working, expected, actual
    HAND_ARITHMETIC = "hand_arithmetic"  # layer, working, gives, written
    HAND_UNREADABLE = "hand_unreadable"  # layer, detail
    BIAS_FORGOTTEN = "bias_forgotten"  # layers
    CHANNELS_FORGOTTEN = "channels_forgotten"  # layer, inputs, expected, actual
    BIAS_COUNTED = "bias_counted"  # layers: without bias in the code, with bias in the hand calculation
    TOTAL_WRONG = "total_wrong"  # expected, actual
    TOTAL_CARRIED = "total_carried"  # note: right sum of own rows; own_sum, truth
    REPORTED_MISSING = "reported_missing"  # what
    REPORTED_WRONG = "reported_wrong"  # what, expected, actual
    REPORTED_CONVENTION = "reported_convention"  # note: tool, word
    LABEL_WRONG = "label_wrong"  # label, tool
    LABEL_THOP = "label_thop"  # note: thop's FLOPS are MACs
    ARCHITECTURE_UNKNOWN = "architecture_unknown"  # layer, own, reference, nearest
    ARCHITECTURE_NAMED = "architecture_named"  # note: name
    ARCHITECTURE_CLAIMED = "architecture_claimed"  # note: claimed, name

    # Score
    PREREQUISITE = "prerequisite"  # check, title
    WAITS_FOR_HUMAN = "waits_for_human"
    CHECK_BROKEN = "check_broken"  # check, error: our own check raised: the grader's fault
    NOT_COLLECTED = "not_collected"  # this run left the question out
