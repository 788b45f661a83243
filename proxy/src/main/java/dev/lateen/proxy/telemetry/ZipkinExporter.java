package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.http.call.CallFailure;
import dev.lateen.proxy.http.call.CallLimits;
import dev.lateen.proxy.http.call.CallLoops;
import dev.lateen.proxy.http.call.CallOutcome;
import dev.lateen.proxy.http.call.HttpAnswer;
import dev.lateen.proxy.http.call.HttpCall;
import dev.lateen.proxy.telemetry.Stat.Counter;
import dev.lateen.proxy.telemetry.Stat.Scope;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Posts spans to Zipkin collectors, each through its cluster like any request of the proxy's own; counts what came of it by Envoy's names. */
final class ZipkinExporter {
    private static final Logger LOG = LoggerFactory.getLogger(ZipkinExporter.class);
    private static final CallLimits LIMITS = CallLimits.of(Duration.ofSeconds(5));
    private static final int ACCEPTED = 202;

    private final ZipkinJson json;
    private final CallLoops calls;
    private final LongAdder spansSent = new LongAdder();
    private final LongAdder reportsSent = new LongAdder();
    private final LongAdder reportsDropped = new LongAdder();
    private final LongAdder skippedNoCluster = new LongAdder();

    ZipkinExporter(ZipkinJson json, CallLoops calls) {
        this.json = json;
        this.calls = calls;
    }

    /**
     * Exports to one collector.
     *
     * @param hostname for its Host header; empty for the cluster's name
     * @param path such as {@code /api/v2/spans}
     */
    SpanExporter to(String cluster, String hostname, String path) {
        return spans -> post(cluster, hostname.isEmpty() ? cluster : hostname, path, spans);
    }

    private CompletionStage<Void> post(String cluster, String authority, String path, List<FinishedSpan> spans) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        ByteBuf body = Unpooled.wrappedBuffer(json.write(spans).getBytes(StandardCharsets.UTF_8));
        HttpCall post = HttpCall.post(authority, path, "application/json", body);
        spansSent.add(spans.size());
        calls.call(by -> by.http(cluster, post, LIMITS, outcome -> {
            count(outcome);
            over.complete(null);
        }));
        return over;
    }

    private void count(CallOutcome<HttpAnswer> outcome) {
        switch (outcome) {
            case CallOutcome.Answered<HttpAnswer>(HttpAnswer answer) -> {
                (answer.status() == ACCEPTED ? reportsSent : reportsDropped).increment();
                if (answer.status() != ACCEPTED) {
                    LOG.debug("spans lost: the collector answered {} (expected: {})", answer.status(), ACCEPTED);
                }
            }
            case CallOutcome.Failed<HttpAnswer>(CallFailure failure) -> {
                boolean noCluster = failure instanceof CallFailure.NoSuchCluster;
                (noCluster ? skippedNoCluster : reportsDropped).increment();
                LOG.debug("spans lost: {}", failure.text());
            }
        }
    }

    void read(List<Stat> into) {
        counter("spans_sent", spansSent, into);
        counter("reports_sent", reportsSent, into);
        counter("reports_dropped", reportsDropped, into);
        counter("reports_skipped_no_cluster", skippedNoCluster, into);
    }

    private static void counter(String leaf, LongAdder value, List<Stat> into) {
        into.add(new Counter(Scope.SERVER, "", "tracing.zipkin." + leaf, value.sum()));
    }
}
