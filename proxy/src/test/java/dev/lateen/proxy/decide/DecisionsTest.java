package dev.lateen.proxy.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.lateen.proxy.decide.Arrival.FirstBytes;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.reason.Finding;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import dev.lateen.proxy.route.RouteFixtures;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.decode.Resources;
import dev.lateen.proxy.xds.snapshot.SnapshotAssembler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DecisionsTest {
    private static final String ORIGIN =
            "metadata: {filter_metadata: {istio: {config: /apis/networking.istio.io/v1/namespaces/shop/%s}}}";
    private static final String ROUTES =
            """
            name: t
            virtual_hosts:
            - name: shop
              domains: [shop.example]
              routes:
              - {name: old, match: {path: /old}, redirect: {path_redirect: /new}, %s}
              - name: api
                match: {prefix: /api, headers: [{name: x-user, string_match: {exact: jason}}]}
                route: {cluster: c, retry_policy: {retry_on: "5xx", num_retries: 1}}
                %s
            """.formatted(ORIGIN.formatted("virtual-service/v"), ORIGIN.formatted("virtual-service/v"));
    private static final String TLS =
            "\"@type\": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
    private static final String CLUSTER = """
        name: c
        type: STATIC
        connect_timeout: 1s
        transport_socket_matches:
        - {name: tlsMode-istio, match: {tlsMode: istio}, transport_socket: {name: tls, typed_config: {%s}}}
        load_assignment:
          cluster_name: c
          endpoints:
          - lb_endpoints:
            - {endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 80}}}}
            - endpoint: {address: {socket_address: {address: 10.0.0.2, port_value: 80}}}
              metadata: {filter_metadata: {envoy.transport_socket_match: {tlsMode: istio}}}
        %s
        """.formatted(TLS, ORIGIN.formatted("destination-rule/d"));

    private final Trace trace = new Trace();
    private final SplittableRandom random = new SplittableRandom(5);
    private final Decisions decisions = Decisions.of(snapshot());

    private static ProxySnapshot snapshot() {
        SnapshotAssembler assembler = new SnapshotAssembler(List.of());
        Decoded.Accepted listener = Resources.accepted(Resources.rdsListener("in", 8080, "t"));
        Decoded.Accepted routes = Resources.accepted(
                Resources.parse(ROUTES, io.envoyproxy.envoy.config.route.v3.RouteConfiguration.newBuilder())
                        .build());
        assembler.update(ResourceType.CLUSTER, List.of(Resources.accepted(Resources.cluster(CLUSTER))), List.of());
        assembler.update(ResourceType.LISTENER, List.of(listener), List.of());
        assembler.update(ResourceType.ROUTES, List.of(routes), List.of());
        ProxySnapshot assembled = assembler.assemble();
        assertThat(assembled).isNotNull();
        return assembled;
    }

    private static Arrival to(int port) {
        return new Arrival(
                new InetSocketAddress("127.0.0.1", port),
                new InetSocketAddress("127.0.0.1", 1),
                null,
                new FirstBytes.Http("http/1.1"),
                null);
    }

    private RequestVerdict ask(String path, String user) {
        ConnectionVerdict.Requests connection = (ConnectionVerdict.Requests) decisions.connection(to(8080), trace);
        return decisions.request(connection, RouteFixtures.get("shop.example", path, "x-user", user), random, trace);
    }

    @Test
    void whereNobodyListensThatIsSaid() {
        assertThat(decisions.connection(to(9999), trace)).isInstanceOf(ConnectionVerdict.NoListener.class);
        assertThat(trace.of(Question.LISTENER)).extracting(Finding::held).containsExactly(false);
    }

    @Test
    void aRequestIsForwardedWithEachEndpointsTransportSocket() {
        RequestVerdict verdict = ask("/api/x", "jason");
        RequestVerdict.Forwarded forwarded = (RequestVerdict.Forwarded) verdict.outcome();
        assertThat(forwarded.cluster().name()).isEqualTo("c");
        assertThat(forwarded.targets())
                .extracting(target -> target.endpoint().host(), target -> target.tls() != null)
                .containsExactly(tuple("10.0.0.1", false), tuple("10.0.0.2", true));
        assertThat(trace.of(Question.TRANSPORT_SOCKET))
                .extracting(
                        Finding::subject, Finding::held, each -> each.resource().text())
                .containsExactly(
                        tuple("tlsMode-istio", false, "destination-rule shop/d"),
                        tuple("c", true, "destination-rule shop/d"),
                        tuple("tlsMode-istio", true, "destination-rule shop/d"));
    }

    @Test
    void theRoutesThatDoNotFitAreNamedWithTheirReason() {
        RequestVerdict verdict = ask("/api", "mary");
        assertThat(((RequestVerdict.Answered) verdict.outcome()).reply().status())
                .isEqualTo(404);
        assertThat(trace.of(Question.ROUTE))
                .extracting(Finding::subject, each -> each.resource().text(), Finding::rule)
                .containsExactly(
                        tuple("old", "virtual-service shop/v", "path: \"/api\" (expected: exact \"/old\")"),
                        tuple("api", "virtual-service shop/v", "header x-user: \"mary\" (expected: exact \"jason\")"));
    }

    @Test
    void aRedirectIsAnswered() {
        RequestVerdict.Answered answered =
                (RequestVerdict.Answered) ask("/old", "x").outcome();
        assertThat(answered.reply().status()).isEqualTo(301);
        assertThat(answered.reply().headers()).containsExactly("location", "http://shop.example/new");
    }

    @Test
    void aHeadThatIsRefusedIsLookedAtNoFurther() {
        RequestVerdict verdict = ask("/api#fragment", "jason");
        assertThat(((RequestVerdict.Answered) verdict.outcome()).reply().details())
                .isEqualTo("path_normalization_failed");
        assertThat(trace.of(Question.HEAD)).extracting(Finding::held).contains(false);
        assertThat(trace.of(Question.ROUTE)).isEmpty();
    }

    @Test
    void anotherTryIsMadeAsLongAsThePolicySays() {
        RequestVerdict verdict = ask("/api", "jason");
        Tried failed = new Tried.Answered(new ResponseHead(503, new HeaderMap()));
        Tried answered = new Tried.Answered(new ResponseHead(404, new HeaderMap()));
        assertThat(decisions.retry(verdict, failed, 0, trace)).isTrue();
        assertThat(decisions.retry(verdict, failed, 1, trace)).isFalse();
        assertThat(decisions.retry(verdict, answered, 0, trace)).isFalse();
        assertThat(decisions.retry(verdict, new Tried.NotConnected(false), 0, trace))
                .isTrue();
        assertThat(decisions.retry(verdict, new Tried.NotConnected(true), 0, trace))
                .isFalse();
        assertThat(trace.of(Question.RETRY))
                .extracting(Finding::held, Finding::rule)
                .containsExactly(
                        tuple(true, "status 503 (retry_on: 5xx)"),
                        tuple(false, "num_retries: 1 were made"),
                        tuple(false, "status 404 (expected: [5xx])"),
                        tuple(true, "no connection (retry_on: 5xx)"));
    }

    @Test
    void withoutATraceTheVerdictIsTheSame() {
        ConnectionVerdict.Requests connection = (ConnectionVerdict.Requests) decisions.connection(to(8080), null);
        for (String path : List.of("/old", "/api", "/other", "/api#x")) {
            RequestVerdict told = ask(path, "jason");
            RequestVerdict untold = decisions.request(
                    connection, RouteFixtures.get("shop.example", path, "x-user", "jason"), random, null);
            assertThat(untold.outcome()).isEqualTo(told.outcome());
            assertThat(untold.facts().request().headers().size())
                    .isEqualTo(told.facts().request().headers().size());
        }
    }
}
