package dev.lateen.proxy.model;

import dev.lateen.proxy.expression.Expression;
import java.util.List;
import java.util.Set;

/** Which exchanges and sessions an access log wants: {@code envoy.config.accesslog.v3.AccessLogFilter}. */
public sealed interface AccessLogFilter {
    /** {@code status_code_filter}; a TCP session has the status 0. */
    record StatusCode(Comparison comparison, long value) implements AccessLogFilter {}

    /** {@code duration_filter}, in milliseconds. */
    record DurationMillis(Comparison comparison, long value) implements AccessLogFilter {}

    /** {@code not_health_check_filter}: nothing here counts as a health check, so it wants everything. */
    record NotHealthCheck() implements AccessLogFilter {}

    /** {@code traceable_filter}: those whose trace is sampled. */
    record Traceable() implements AccessLogFilter {}

    /**
     * {@code runtime_filter}: {@code numerator} of {@code denominator}.
     *
     * @param independent by chance of its own, else by the request id, so that every proxy on the way chooses the same
     */
    record Sampled(long numerator, int denominator, boolean independent) implements AccessLogFilter {}

    /** {@code and_filter}. */
    record And(List<AccessLogFilter> all) implements AccessLogFilter {
        public And {
            all = List.copyOf(all);
        }
    }

    /** {@code or_filter}. */
    record Or(List<AccessLogFilter> any) implements AccessLogFilter {
        public Or {
            any = List.copyOf(any);
        }
    }

    /** {@code header_filter}, on the request. */
    record Header(HeaderMatcher matcher) implements AccessLogFilter {}

    /** {@code response_flag_filter}. @param flags Envoy's short texts such as {@code NR}; none for any flag at all */
    record ResponseFlags(Set<String> flags) implements AccessLogFilter {
        public ResponseFlags {
            flags = Set.copyOf(flags);
        }
    }

    /** {@code grpc_status_filter}. @param exclude whether these are the ones that are not wanted */
    record GrpcStatuses(Set<Integer> statuses, boolean exclude) implements AccessLogFilter {
        public GrpcStatuses {
            statuses = Set.copyOf(statuses);
        }
    }

    /** {@code extension_filter} with an expression in CEL. */
    record Condition(Expression expression) implements AccessLogFilter {}

    /** {@code metadata_filter}. @param otherwise what counts when there is no such metadata */
    record Metadata(MetadataMatcher matcher, boolean otherwise) implements AccessLogFilter {}

    /** {@code log_type_filter}. @param exclude whether these are the ones that are not wanted */
    record LogTypes(Set<String> types, boolean exclude) implements AccessLogFilter {
        public LogTypes {
            types = Set.copyOf(types);
        }
    }

    /** {@code ComparisonFilter.Op}. */
    enum Comparison {
        EQ,
        GE,
        LE;

        /** Whether {@code found} compares like this with {@code value}. */
        public boolean holds(long found, long value) {
            return switch (this) {
                case EQ -> found == value;
                case GE -> found >= value;
                case LE -> found <= value;
            };
        }
    }
}
