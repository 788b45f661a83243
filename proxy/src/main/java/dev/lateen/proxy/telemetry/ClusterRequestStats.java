package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.StreamFacts;
import dev.lateen.proxy.telemetry.Stat.Counter;
import dev.lateen.proxy.telemetry.Stat.Histogram;
import dev.lateen.proxy.telemetry.Stat.Scope;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of the requests of a cluster or of a route, as the client saw it: {@code cluster.NAME.upstream_rq_2xx} and the like. Made with the first
 * request.
 */
final class ClusterRequestStats {
    private final StatusCounts statuses = new StatusCounts();
    private final LongAdder retries = new LongAdder();
    private final LongAdder retrySuccesses = new LongAdder();
    private final LongAdder retryLimits = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final Buckets times = new Buckets();

    void count(ExchangeFacts exchange) {
        int status = exchange.responseStatus();
        if (status > 0) {
            statuses.add(status);
        } else if (exchange.hasFlag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION)) {
            cancelled.increment();
        }
        if (exchange.upstreamFirstByteSentNanos() != StreamFacts.NEVER) {
            times.observe((exchange.completeNanos() - exchange.upstreamFirstByteSentNanos()) / 1000);
        }
        if (exchange.attempts() > 1) {
            retries.add(exchange.attempts() - 1L);
            if (status > 0 && status < 500) {
                retrySuccesses.increment();
            }
        }
        if (exchange.hasFlag(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED)) {
            retryLimits.increment();
        }
    }

    /** A call of the proxy's own. */
    void count(int status, long micros) {
        statuses.add(status);
        times.observe(micros);
    }

    void read(Scope scope, String owner, List<Stat> into) {
        counter(scope, owner, "upstream_rq_completed", statuses.total(), into);
        for (int i = 1; i <= 5; i++) {
            long count = statuses.ofClass(i);
            if (count > 0) {
                counter(scope, owner, "upstream_rq_" + i + "xx", count, into);
            }
        }
        statuses.each((status, count) -> counter(scope, owner, "upstream_rq_" + status, count, into));
        counter(scope, owner, "upstream_rq_retry", retries.sum(), into);
        counter(scope, owner, "upstream_rq_retry_success", retrySuccesses.sum(), into);
        counter(scope, owner, "upstream_rq_retry_limit_exceeded", retryLimits.sum(), into);
        counter(scope, owner, "upstream_rq_cancelled", cancelled.sum(), into);
        into.add(new Histogram(scope, owner, "upstream_rq_time", times.reading()));
    }

    private static void counter(Scope scope, String owner, String leaf, long value, List<Stat> into) {
        into.add(new Counter(scope, owner, leaf, value));
    }
}
