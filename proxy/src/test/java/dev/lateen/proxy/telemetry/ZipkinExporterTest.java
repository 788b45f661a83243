package dev.lateen.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.Leaks;
import dev.lateen.proxy.http.call.CallFixture;
import dev.lateen.proxy.http.call.StrictPeers;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.telemetry.FinishedSpan.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How spans reach a Zipkin collector, and what is counted of it. */
class ZipkinExporterTest {
    private static final FinishedSpan SPAN = SpanReporterTest.span("reviews:9080", new Tag("a\"b", "c"));
    private static final String JSON = "[{\"traceId\":\"1\",\"id\":\"2\",\"kind\":\"SERVER\",\"name\":\"reviews:9080\","
            + "\"timestamp\":5000,\"duration\":7,\"localEndpoint\":{\"serviceName\":\"productpage.default\"},"
            + "\"tags\":{\"a\\\"b\":\"c\"}}]";

    private final FakeCollector collector = new FakeCollector();
    private final ZipkinExporter zipkin = new ZipkinExporter(new ZipkinJson("productpage.default"), collector);

    @BeforeAll
    static void watch() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    private static List<String> stats(ZipkinExporter zipkin) {
        List<Stat> stats = new ArrayList<>();
        zipkin.read(stats);
        return stats.stream()
                .map(stat -> stat.name() + " " + ((Stat.Counter) stat).value())
                .toList();
    }

    @Test
    void aBatchIsOnePostOfZipkinsJson() {
        zipkin.to("outbound|9411||zipkin", "zipkin:9411", "/api/v2/spans").export(List.of(SPAN));
        assertThat(collector.posted).containsExactly(JSON);
        assertThat(collector.heads).singleElement().satisfies(head -> {
            assertThat(head.method() + " " + head.authority() + head.path()).isEqualTo("POST zipkin:9411/api/v2/spans");
            assertThat(head.headers().getString("content-type")).isEqualTo("application/json");
        });
        zipkin.to("zipkin", "", "/").export(List.of(SPAN));
        assertThat(collector.heads.getLast().authority())
                .as("without a host name the cluster's")
                .isEqualTo("zipkin");
    }

    @Test
    void whatBecameOfReportsIsCountedByEnvoysNames() {
        for (String cluster : List.of("zipkin", "angry", "down", "gone", "slow")) {
            zipkin.to(cluster, "", "/").export(List.of(SPAN, SPAN));
        }
        assertThat(stats(zipkin))
                .containsExactly(
                        "tracing.zipkin.spans_sent 10",
                        "tracing.zipkin.reports_sent 1",
                        "tracing.zipkin.reports_dropped 2",
                        "tracing.zipkin.reports_skipped_no_cluster 1");
    }

    @Test
    void anExportIsOverWhenTheCollectorHasAnswered() {
        CompletionStage<Void> export = zipkin.to("slow", "", "/").export(List.of(SPAN));
        assertThat(export.toCompletableFuture()).isNotDone();
        FakeCollector.answer(collector.waiting.getFirst(), 202);
        assertThat(export.toCompletableFuture()).isDone();
    }

    @Test
    void aCollectorThatTakesMutualTlsOnlyGetsItsSpans() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        StrictPeers peers = new StrictPeers();
        try (CallFixture mesh = new CallFixture()) {
            int port = mesh.serve(
                    peers.server(),
                    request -> request.bodyHandler(body -> {
                        got.add(request.getHeader("host") + request.path() + " " + body);
                        request.response().setStatusCode(202).end();
                    }));
            peers.bringTo(mesh)
                    .cluster(
                            "zipkin",
                            UpstreamProtocol.HTTP1,
                            CallFixture.NO_LIMITS,
                            null,
                            StrictPeers.mutual(StrictPeers.SERVICE),
                            port);
            ZipkinExporter real = new ZipkinExporter(new ZipkinJson("productpage.default"), mesh.calls());
            real.to("zipkin", "zipkin:9411", "/api/v2/spans")
                    .export(List.of(SPAN))
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            assertThat(got).containsExactly("zipkin:9411/api/v2/spans " + JSON);
            assertThat(stats(real)).contains("tracing.zipkin.reports_sent 1", "tracing.zipkin.reports_dropped 0");
        }
    }
}
