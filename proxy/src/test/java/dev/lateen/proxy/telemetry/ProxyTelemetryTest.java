package dev.lateen.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.expression.Expression;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.message.SubstitutionFormat;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.AccessLogConfig;
import dev.lateen.proxy.model.AccessLogFilter;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.MetricChange;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.route.RouteFixtures;
import dev.lateen.proxy.upstream.UpstreamFixtures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is counted and logged of exchanges. */
class ProxyTelemetryTest extends TelemetryFixture {
    private static final PeerMetadata PRODUCTPAGE =
            new PeerMetadata("productpage-v1", "default", "Kubernetes", "productpage", "v1", "productpage", "v1");
    private static final TlsFacts TLS = new TlsFacts(
            "TLSv1.3",
            "TLS_AES_128_GCM_SHA256",
            "h2",
            List.of("spiffe://cluster.local/ns/default/sa/bookinfo-productpage"),
            List.of(),
            "",
            "ab12",
            "",
            "spiffe://cluster.local/ns/default/sa/bookinfo-reviews");

    private static String scrape(IstioMetrics metrics) throws IOException {
        StringBuilder out = new StringBuilder();
        metrics.write(new MetricsText(out));
        return out.toString();
    }

    @Test
    void anInboundRequestIsCountedWithIstiosLabels() throws IOException {
        IstioMetrics metrics = new IstioMetrics(REVIEWS, 20);
        ExchangeFacts exchange = exchange("/reviews/0", 200, TLS);
        exchange.downstreamPeer(PRODUCTPAGE);
        metrics.count(exchange, true, true, MetricPlan.NONE);
        metrics.count(exchange, true, true, MetricPlan.NONE);

        assertThat(scrape(metrics))
                .contains("# TYPE istio_requests_total counter")
                .containsPattern("istio_requests_total\\{.*\\} 2\\.0")
                .contains("reporter=\"destination\"")
                .contains("source_workload=\"productpage-v1\"")
                .contains("source_principal=\"spiffe://cluster.local/ns/default/sa/bookinfo-productpage\"")
                .contains("destination_principal=\"spiffe://cluster.local/ns/default/sa/bookinfo-reviews\"")
                .contains("destination_service=\"reviews:9080\"")
                .contains("response_code=\"200\"")
                .contains("response_flags=\"-\"")
                .contains("connection_security_policy=\"mutual_tls\"")
                .containsPattern("istio_request_duration_milliseconds_bucket\\{.*le=\"25\\.0\"\\} 0")
                .containsPattern("istio_request_duration_milliseconds_bucket\\{.*le=\"50\\.0\"\\} 2");
    }

    @Test
    void differentStatusesAreDifferentSeries() throws IOException {
        IstioMetrics metrics = new IstioMetrics(REVIEWS, 20);
        metrics.count(exchange("/", 200, null), true, true, MetricPlan.NONE);
        ExchangeFacts failed = exchange("/", 503, null);
        failed.addFlag(ResponseFlag.NO_HEALTHY_UPSTREAM);
        metrics.count(failed, true, true, MetricPlan.NONE);

        assertThat(scrape(metrics))
                .contains("response_code=\"200\"")
                .containsPattern("response_code=\"503\".*response_flags=\"UH\"");
    }

    @Test
    void aFloodOfHostsDoesNotGrowTheSeriesWithoutBound() throws IOException {
        IstioMetrics metrics = new IstioMetrics(REVIEWS, 20);
        for (int i = 0; i < 70; i++) {
            HeaderMap map = new HeaderMap();
            RequestHead head = new RequestHead("GET", "/", "h" + i, "http", HttpProtocol.HTTP_1_1, map);
            ExchangeFacts exchange = new ExchangeFacts(exchange("/", 200, null).connection(), head, 0, 0);
            exchange.response(new ResponseHead(200, new HeaderMap()));
            exchange.completeNanos(1);
            metrics.count(exchange, true, true, MetricPlan.NONE);
        }
        long lines = scrape(metrics)
                .lines()
                .filter(l -> l.startsWith("istio_requests_total{"))
                .count();
        assertThat(lines).isEqualTo(21);
    }

    @Test
    void metricsAreDroppedRelabelledAndExtendedAsTelemetrySays() throws IOException {
        IstioMetrics metrics = new IstioMetrics(REVIEWS, 20);
        MetricPlan plan = MetricPlan.of(List.of(
                new MetricChange("request_bytes", true, List.of(), Map.of()),
                new MetricChange(
                        "requests_total",
                        false,
                        List.of("response_flags", "source_workload"),
                        Map.of(
                                "request_method", Expression.compile("request.method"),
                                "tenant", Expression.compile("request.headers['x-tenant']")))));
        metrics.count(exchange("/a", 200, null, "x-tenant", "red"), true, true, plan);
        ExchangeFacts flagged = exchange("/b", 200, null, "x-tenant", "red");
        flagged.addFlag(ResponseFlag.FAULT_INJECTED);
        metrics.count(flagged, true, true, plan);
        metrics.count(exchange("/c", 200, null), true, true, plan);

        String scrape = scrape(metrics);
        assertThat(scrape).doesNotContain("istio_request_bytes").contains("istio_response_bytes");
        List<String> requests = scrape.lines()
                .filter(l -> l.startsWith("istio_requests_total{"))
                .toList();
        assertThat(requests)
                .as("two flags, one series: the label that told them apart is gone")
                .hasSize(2)
                .anyMatch(l -> l.contains("tenant=\"red\"") && l.endsWith(" 2.0"))
                .anyMatch(l -> l.contains("tenant=\"unknown\"") && l.endsWith(" 1.0"))
                .allMatch(l -> l.contains("request_method=\"GET\""))
                .noneMatch(l -> l.contains("response_flags") || l.contains("source_workload="));
        assertThat(scrape).containsPattern("istio_request_duration_milliseconds_count\\{.*response_flags=\"-\"");
    }

    @Test
    void aLogWritesWhatItsConditionWants() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (LogSink sink = LogSink.to("test", out)) {
            AccessLog log = new AccessLog(
                    new AccessLogConfig(
                            "test",
                            "%RESPONSE_CODE% %REQ(:PATH)%\n",
                            null,
                            false,
                            new AccessLogFilter.Condition(Expression.compile("response.code >= 400"))),
                    sink,
                    new Random(1));
            log.log(exchange("/fine", 200, null));
            log.log(exchange("/gone", 404, null));
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("404 /gone\n");
    }

    @Test
    void theDefaultLogLineIsIstios() {
        ExchangeFacts exchange = exchange("/reviews/0", 200, null, "user-agent", "curl/8", "x-request-id", "abc");
        exchange.responseCodeDetails("via_upstream");
        StringBuilder line = new StringBuilder();
        SubstitutionFormat.compile(AccessLog.ISTIO_FORMAT).append(line, exchange, "-");
        assertThat(line.toString())
                .isEqualTo("[2023-11-14T22:13:20.123Z] \"GET /reviews/0 HTTP/1.1\" 200 - via_upstream - \"-\" 0 0 42 - "
                        + "\"-\" \"curl/8\" \"abc\" \"reviews:9080\" \"-\" - - 127.1.0.1:9080 127.0.0.9:4000 - -\n");
    }

    @Test
    void anUnknownOperatorIsNamedWithWhatIsAccepted() {
        assertThatThrownBy(() -> SubstitutionFormat.compile("x %NO_SUCH% y"))
                .hasMessageContaining("%NO_SUCH%")
                .hasMessageContaining("RESPONSE_CODE");
        assertThatThrownBy(() -> SubstitutionFormat.compile("100%")).hasMessageContaining("has no end");
    }

    @Test
    void lengthsAndAlternativesAreKept() {
        ExchangeFacts exchange = exchange("/reviews/0", 200, null, "x-a", "abcdef");
        assertThat(SubstitutionFormat.compile("%REQ(X-B?X-A):3%|%REQ(x-none)%|100%%")
                        .format(exchange))
                .isEqualTo("abc||100%");
        assertThat(SubstitutionFormat.compile("%START_TIME(%Y/%m/%d %H:%M:%S.%3f)%")
                        .format(exchange))
                .isEqualTo("2023/11/14 22:13:20.123");
    }

    @Test
    void aCallOfTheProxysOwnCountsInItsClustersStatistics() {
        TrafficStats traffic = new TrafficStats();
        traffic.call(
                UpstreamFixtures.cluster(
                        LbPolicy.ROUND_ROBIN, new LbSettings(2, 1024, 65537, 50, false), UpstreamFixtures.fixed()),
                202,
                5_000_000);
        List<Stat> stats = new ArrayList<>();
        traffic.read(stats);
        assertThat(stats)
                .contains(
                        new Stat.Counter(Stat.Scope.CLUSTER, "c", "upstream_rq_completed", 1),
                        new Stat.Counter(Stat.Scope.CLUSTER, "c", "upstream_rq_202", 1));
    }

    @Test
    void aRouteWithAPrefixHasStatisticsOfItsOwn() {
        TrafficStats traffic = new TrafficStats();
        Route plain = RouteFixtures.prefix("/", "c");
        Route counted = new Route(
                plain.name(),
                plain.match(),
                plain.action(),
                plain.requestHeaders(),
                plain.responseHeaders(),
                Map.of(),
                Route.Decorator.NONE,
                "checkout",
                plain.provenance());
        for (Route route : List.of(plain, counted)) {
            ExchangeFacts exchange = exchange("/", 503, null);
            exchange.route(route, "reviews:80");
            exchange.cluster(UpstreamFixtures.cluster(
                    LbPolicy.ROUND_ROBIN, new LbSettings(2, 1024, 65537, 50, false), UpstreamFixtures.fixed()));
            traffic.http("outbound").onComplete(exchange);
        }
        List<Stat> stats = new ArrayList<>();
        traffic.read(stats);
        assertThat(stats)
                .filteredOn(stat -> stat.scope() == Stat.Scope.VHOST && stat instanceof Stat.Counter)
                .contains(new Stat.Counter(Stat.Scope.VHOST, "reviews:80.route.checkout", "upstream_rq_503", 1))
                .allMatch(stat -> stat.name().startsWith("vhost.reviews:80.route.checkout.upstream_rq_"));
    }
}
