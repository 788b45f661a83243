package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.expression.Expression;
import dev.lateen.proxy.message.Exchange;
import dev.lateen.proxy.message.GrpcStatus;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.AccessLogFilter;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.route.HeaderConditions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An access log's filter, compiled once: Envoy's, asked when an exchange or a session is over. */
interface LogFilter {
    boolean wants(Exchange exchange);

    boolean wants(TcpSession session);

    /**
     * @param filter null for everything
     * @param random draws where no request id decides; safe for several threads
     */
    static LogFilter of(@Nullable AccessLogFilter filter, RandomGenerator random) {
        return switch (filter) {
            case null -> always(true);
            case AccessLogFilter.StatusCode status ->
                number(
                        exchange -> exchange.responseStatus(),
                        session -> 0,
                        number -> status.comparison().holds(number, status.value()));
            case AccessLogFilter.DurationMillis duration ->
                number(
                        exchange -> millis(exchange.startNanos(), exchange.completeNanos()),
                        session -> millis(session.startNanos(), session.completeNanos()),
                        number -> number >= 0 && duration.comparison().holds(number, duration.value()));
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

    private static long millis(long start, long end) {
        return end == Exchange.NEVER ? -1 : (end - start) / 1_000_000;
    }

    private static int bits(Set<String> flags) {
        int bits = flags.isEmpty() ? -1 : 0;
        for (ResponseFlag flag : ResponseFlag.values()) {
            bits |= flags.contains(flag.text()) ? flag.bit() : 0;
        }
        return bits;
    }

    private static LogFilter flagged(int bits) {
        return number(
                exchange -> exchange.responseFlags(), session -> session.responseFlags(), flags -> (flags & bits) != 0);
    }

    private static LogFilter always(boolean wanted) {
        return number(exchange -> 0, session -> 0, number -> wanted);
    }

    private static LogFilter number(
            ToLongFunction<Exchange> ofExchange, ToLongFunction<TcpSession> ofSession, LongPredicate wanted) {
        return new LogFilter() {
            @Override
            public boolean wants(Exchange exchange) {
                return wanted.test(ofExchange.applyAsLong(exchange));
            }

            @Override
            public boolean wants(TcpSession session) {
                return wanted.test(ofSession.applyAsLong(session));
            }
        };
    }

    /** All of them. */
    record All(List<LogFilter> parts) implements LogFilter {
        @Override
        public boolean wants(Exchange exchange) {
            for (LogFilter part : parts) {
                if (!part.wants(exchange)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public boolean wants(TcpSession session) {
            for (LogFilter part : parts) {
                if (!part.wants(session)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Any of them. */
    record Any(List<LogFilter> parts) implements LogFilter {
        @Override
        public boolean wants(Exchange exchange) {
            for (LogFilter part : parts) {
                if (part.wants(exchange)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean wants(TcpSession session) {
            for (LogFilter part : parts) {
                if (part.wants(session)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Those of a sampled trace. */
    record Traceable() implements LogFilter {
        @Override
        public boolean wants(Exchange exchange) {
            return exchange.traceSpan() instanceof Span span && span.sampled();
        }

        @Override
        public boolean wants(TcpSession session) {
            return false;
        }
    }

    /** A share of them, by the request id or by chance. */
    record Sampled(AccessLogFilter.Sampled share, RandomGenerator random) implements LogFilter {
        @Override
        public boolean wants(Exchange exchange) {
            CharSequence id =
                    share.independent() ? null : exchange.request().headers().get("x-request-id");
            return drawn(id == null ? -1 : ofId(id));
        }

        @Override
        public boolean wants(TcpSession session) {
            return drawn(-1);
        }

        private boolean drawn(long stable) {
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
        public boolean wants(Exchange exchange) {
            return HeaderConditions.matches(matcher, exchange.request());
        }

        @Override
        public boolean wants(TcpSession session) {
            return HeaderConditions.matches(matcher, (CharSequence) null);
        }
    }

    /** By gRPC status, which without one follows from HTTP's. */
    record Grpc(Set<Integer> statuses, boolean exclude) implements LogFilter {
        private static final int UNKNOWN = 2;

        @Override
        public boolean wants(Exchange exchange) {
            return statuses.contains(status(exchange)) != exclude;
        }

        @Override
        public boolean wants(TcpSession session) {
            return statuses.contains(UNKNOWN) != exclude;
        }

        private static int status(Exchange exchange) {
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
        public boolean wants(Exchange exchange) {
            return expression.isTrue(new ExchangeAttributes(exchange));
        }

        @Override
        public boolean wants(TcpSession session) {
            return expression.isTrue(new SessionAttributes(session));
        }
    }

    /** By dynamic metadata. */
    record Metadata(MetadataMatcher matcher, boolean otherwise) implements LogFilter {
        @Override
        public boolean wants(Exchange exchange) {
            return holds(exchange.dynamicMetadata());
        }

        @Override
        public boolean wants(TcpSession session) {
            return otherwise;
        }

        private boolean holds(Map<String, ?> metadata) {
            return matcher.find(metadata) == null ? otherwise : matcher.matches(metadata);
        }
    }

    /** By when it is written. */
    record LogTypes(Set<String> types, boolean exclude) implements LogFilter {
        @Override
        public boolean wants(Exchange exchange) {
            return types.contains("DownstreamEnd") != exclude;
        }

        @Override
        public boolean wants(TcpSession session) {
            return types.contains("TcpConnectionEnd") != exclude;
        }
    }
}
