import type { FuncCall, Node } from 'libpg-query'
import { shown } from './fault.js'
import { inCatalog, integerOf } from './types.js'

/**
 * Functions that a statement may call, all of pg_catalog. None reads a file, a setting, a catalogue or a name of a table, waits,
 * locks, writes, or runs a text as SQL (`query_to_xml`, `ts_stat`, `ts_rewrite`, `table_to_xml`, `pg_*`, `lo_*`, …).
 *
 * What makes much out of little is not here either (`repeat`, `format` with a width, `array_fill`) or bounded below. That is no
 * wall: a cross join makes as much. The statement's timeout is, and PostgreSQL's bound of 1 GB on a value. Regular expressions are
 * allowed for the same reason: they are cancelled like all else, and operators (`~`) reach them anyway.
 *
 * `clock_timestamp` is not here: a statement could time its own conditions by it.
 */
export const FUNCTIONS: ReadonlySet<string> = new Set(
  [
    'count sum avg min max bool_and bool_or every string_agg array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg',
    'stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_avgx regr_avgy regr_count',
    'regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy percentile_cont percentile_disc mode bit_and bit_or bit_xor',
    'row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value',
    'lower upper initcap length char_length character_length octet_length bit_length btrim ltrim rtrim substring substr left',
    'right replace translate reverse position strpos starts_with split_part concat concat_ws quote_literal quote_ident',
    'quote_nullable chr ascii md5 to_hex encode decode overlay lpad rpad sha224 sha256 sha384 sha512 normalize is_normalized',
    'like_escape similar_to_escape string_to_array array_to_string regexp_replace regexp_match regexp_matches',
    'regexp_split_to_array regexp_split_to_table regexp_like regexp_count regexp_instr regexp_substr string_to_table',
    'abs cbrt ceil ceiling degrees div exp floor gcd lcm ln log log10 mod pi power radians round scale sign sqrt trim_scale',
    'trunc width_bucket random acos asin atan atan2 cos cot sin tan',
    'now transaction_timestamp statement_timestamp age date_part date_trunc date_bin extract isfinite justify_days',
    'justify_hours justify_interval make_date make_interval make_time make_timestamp make_timestamptz timezone overlaps',
    'to_char to_date to_number to_timestamp date',
    'array_append array_cat array_dims array_length array_lower array_ndims array_position array_positions array_prepend',
    'array_remove array_replace array_upper cardinality unnest generate_series generate_subscripts',
    'to_json to_jsonb row_to_json array_to_json json_build_array json_build_object jsonb_build_array jsonb_build_object',
    'json_object jsonb_object json_array_length jsonb_array_length json_typeof jsonb_typeof json_strip_nulls',
    'jsonb_strip_nulls jsonb_pretty jsonb_set jsonb_insert json_extract_path json_extract_path_text jsonb_extract_path',
    'jsonb_extract_path_text jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array',
    'jsonb_path_query_first json_each jsonb_each json_each_text jsonb_each_text json_array_elements jsonb_array_elements',
    'json_array_elements_text jsonb_array_elements_text json_object_keys jsonb_object_keys json_to_record jsonb_to_record',
    'json_to_recordset jsonb_to_recordset',
    'to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline numnode',
    'host network netmask masklen family abbrev isempty lower_inc upper_inc lower_inf upper_inf range_merge',
  ].flatMap((line) => line.split(' ')),
)

const SERIES_MAX = 100_000
const PADDED_MAX = 1_000

/** What is wrong with a call. @returns undefined where nothing is */
export function functionFault(call: FuncCall): string | undefined {
  const name = functionName(call)
  if (name === undefined) return 'a function of a schema'
  if (!FUNCTIONS.has(name)) return `the function ${shown(name)} may not be called`
  if (name === 'generate_series') return seriesFault(call.args ?? [])
  if (name === 'lpad' || name === 'rpad') {
    const length = integerOf(call.args?.[1])
    if (length === undefined || length > PADDED_MAX)
      return `${shown(name)} needs a length that is a number up to ${PADDED_MAX}`
  }
  return undefined
}

export function functionName({ funcname = [] }: FuncCall): string | undefined {
  return inCatalog(funcname)
}

// Its rows are kept before the first is read, on the database's disk.
function seriesFault(args: readonly Node[]): string | undefined {
  const [from, to, step = 1] = args.map(integerOf)
  const all = args.length === 2 || (args.length === 3 && integerOf(args[2]) !== undefined)
  if (from === undefined || to === undefined || !all || Math.abs(to - from) > SERIES_MAX * Math.max(1, Math.abs(step)))
    return `\`generate_series\` needs whole numbers that are written out, for at most ${SERIES_MAX} rows`
  return undefined
}
