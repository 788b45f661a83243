package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.expression.Expression;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.GrpcStatus;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.StreamFacts;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.AccessLogFilter;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.route.HeaderConditions;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An access log's filter, compiled once: Envoy's, asked when an exchange or a session is over. */
interface LogFilter {
    /** Whether what is over is written. */
    boolean wants(StreamFacts facts);

    /**
     * @param filter null for everything
     * @param random draws where no request id decides; safe for several threads
     */
    static LogFilter of(@Nullable AccessLogFilter filter, RandomGenerator random) {
        return switch (filter) {
            case null -> always(true);
            case AccessLogFilter.StatusCode status ->
                facts -> status.comparison().holds(status(facts), status.value());
            case AccessLogFilter.DurationMillis duration ->
                facts -> facts.completeNanos() != StreamFacts.NEVER
                        && duration.comparison().holds(millis(facts), duration.value());
            case AccessLogFilter.NotHealthCheck _ -> always(true);
            case AccessLogFilter.Traceable _ -> new Traceable();
            case AccessLogFilter.Sampled sampled -> new Sampled(sampled, random);
            case AccessLogFilter.And and -> new All(parts(and.all(), random));
            case AccessLogFilter.Or or -> new Any(parts(or.any(), random));
            case AccessLogFilter.Header header -> new Header(header.matcher());
            case AccessLogFilter.ResponseFlags flags -> flagged(bits(flags.flags()));
            case AccessLogFilter.GrpcStatuses statuses -> new Grpc(statuses.statuses(), statuses.exclude());
            case AccessLogFilter.Condition condition -> new Condition(condition.expression());
            case AccessLogFilter.Metadata metadata -> new Metadata(metadata.matcher(), metadata.otherwise());
            // A log here is written once, at the end.
            case AccessLogFilter.LogTypes types -> new LogTypes(types.types(), types.exclude());
        };
    }

    private static List<LogFilter> parts(List<AccessLogFilter> filters, RandomGenerator random) {
        return filters.stream().map(filter -> of(filter, random)).toList();
    }

    private static long status(StreamFacts facts) {
        return facts instanceof ExchangeFacts exchange ? exchange.responseStatus() : 0;
    }

    private static long millis(StreamFacts facts) {
        return (facts.completeNanos() - facts.startNanos()) / 1_000_000;
    }

    private static int bits(Set<String> flags) {
        int bits = flags.isEmpty() ? -1 : 0;
        for (ResponseFlag flag : ResponseFlag.values()) {
            bits |= flags.contains(flag.text()) ? flag.bit() : 0;
        }
        return bits;
    }

    private static LogFilter flagged(int bits) {
        return facts -> (facts.responseFlags() & bits) != 0;
    }

    private static LogFilter always(boolean wanted) {
        return _ -> wanted;
    }

    /** All of them. */
    record All(List<LogFilter> parts) implements LogFilter {
        @Override
        public boolean wants(StreamFacts facts) {
            for (LogFilter part : parts) {
                if (!part.wants(facts)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Any of them. */
    record Any(List<LogFilter> parts) implements LogFilter {
        @Override
        public boolean wants(StreamFacts facts) {
            for (LogFilter part : parts) {
                if (part.wants(facts)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Those of a sampled trace. */
    record Traceable() implements LogFilter {
        @Override
        public boolean wants(StreamFacts facts) {
            return facts instanceof ExchangeFacts exchange
                    && exchange.traceSpan() instanceof Span span
                    && span.sampled();
        }
    }

    /** A share of them, by the request id or by chance. */
    record Sampled(AccessLogFilter.Sampled share, RandomGenerator random) implements LogFilter {
        @Override
        public boolean wants(StreamFacts facts) {
            CharSequence id = facts instanceof ExchangeFacts exchange && !share.independent()
                    ? exchange.request().headers().get("x-request-id")
                    : null;
            long stable = id == null ? -1 : ofId(id);
            long number = stable >= 0 ? stable : random.nextInt(Integer.MAX_VALUE);
            return number % share.denominator() < share.numerator();
        }

        /** The first eight hexadecimal digits, as Envoy reads a request id; -1 when it is none. */
        private static long ofId(CharSequence id) {
            try {
                return id.length() < 8 ? -1 : Long.parseLong(id, 0, 8, 16);
            } catch (NumberFormatException e) {
                return -1;
            }
        }
    }

    /** By a header of the request; a session has none. */
    record Header(HeaderMatcher matcher) implements LogFilter {
        @Override
        public boolean wants(StreamFacts facts) {
            return facts instanceof ExchangeFacts exchange
                    ? HeaderConditions.matches(matcher, exchange.request())
                    : HeaderConditions.matches(matcher, (CharSequence) null);
        }
    }

    /** By gRPC status, which without one follows from HTTP's. */
    record Grpc(Set<Integer> statuses, boolean exclude) implements LogFilter {
        private static final int UNKNOWN = 2;

        @Override
        public boolean wants(StreamFacts facts) {
            int status = facts instanceof ExchangeFacts exchange ? status(exchange) : UNKNOWN;
            return statuses.contains(status) != exclude;
        }

        private static int status(ExchangeFacts exchange) {
            String text = SeriesKey.grpcStatus(exchange);
            try {
                return text.isEmpty() ? GrpcStatus.ofHttp(exchange.responseStatus()) : Integer.parseInt(text);
            } catch (NumberFormatException e) {
                return UNKNOWN;
            }
        }
    }

    /** By an expression. */
    record Condition(Expression expression) implements LogFilter {
        @Override
        public boolean wants(StreamFacts facts) {
            return expression.isTrue(
                    switch (facts) {
                        case ExchangeFacts exchange -> new ExchangeAttributes(exchange);
                        case TcpSession session -> new SessionAttributes(session);
                    });
        }
    }

    /** By dynamic metadata. As in Envoy, {@code invert} of the matcher does not count here. */
    record Metadata(MetadataMatcher matcher, boolean otherwise) implements LogFilter {
        @Override
        public boolean wants(StreamFacts facts) {
            StructValue found = matcher.find(facts.dynamicMetadata());
            return found == null ? otherwise : matcher.value().matches(found);
        }
    }

    /** By when it is written. */
    record LogTypes(Set<String> types, boolean exclude) implements LogFilter {
        @Override
        public boolean wants(StreamFacts facts) {
            String type = switch (facts) {
                case ExchangeFacts _ -> "DownstreamEnd";
                case TcpSession _ -> "TcpConnectionEnd";
            };
            return types.contains(type) != exclude;
        }
    }
}
