package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.any;
import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static dev.lateen.proxy.route.RouteFixtures.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Cidr;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.HttpConnectionManager.ClientProtocol;
import dev.lateen.proxy.model.HttpConnectionManager.Codec;
import dev.lateen.proxy.model.HttpConnectionManager.Underscores;
import dev.lateen.proxy.model.RouteAction;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients may do with HTTP/1, and how they are told; each as Envoy 1.40 does it. */
class ClientProtocolStoriesTest {
    private final ProxyFixture proxy = new ProxyFixture();
    private final CompletableFuture<String> seen = new CompletableFuture<>();
    private @Nullable RawServer server;

    @BeforeAll
    static void watchLeaks() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        if (server != null) {
            server.close();
        }
    }

    private void serve(RawServer.Script script) throws IOException {
        RawServer started = new RawServer(script);
        server = started;
        proxy.cluster("c", UpstreamProtocol.HTTP1, started.port()).routes(prefix("/", "c"));
    }

    private void serveOk() throws IOException {
        serve(talk -> {
            for (String head = talk.head(); head != null; head = talk.head()) {
                seen.complete(head);
                talk.ok("fine");
            }
        });
    }

    private String ask(String text) throws Exception {
        return RawServer.ask(proxy.listen(false), text, "");
    }

    private static ClientProtocol client(boolean http10, boolean trailers, Underscores underscores, int maxRequests) {
        return new ClientProtocol(Codec.AUTO, http10, trailers, false, underscores, maxRequests, List.of());
    }

    @Test
    void http10IsToldToUpgrade() throws Exception {
        proxy.routes(prefix("/", "c"));

        assertThat(ask("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"))
                .startsWith("HTTP/1.1 426 Upgrade Required\r\n")
                .contains("connection: close\r\n")
                .endsWith("\r\n\r\nUpgrade Required");
        assertThat(proxy.only().details()).isEqualTo("low_version");
    }

    @Test
    void http10IsAnsweredInItsOwnVersionWhereItIsAccepted() throws Exception {
        proxy.settings().client = client(true, false, Underscores.ALLOW, 0);
        serveOk();

        assertThat(ask("GET / HTTP/1.0\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.0 200 OK\r\n");
    }

    @Test
    void aRequestWithoutHostIsRefusedWithoutABody() throws Exception {
        proxy.routes(prefix("/", "c"));

        assertThat(ask("GET / HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("content-length: 0\r\n")
                .contains("connection: close\r\n");
        assertThat(proxy.only().details()).isEqualTo("missing_host_header");
        assertThat(proxy.only().flags()).isEqualTo("-");
    }

    @Test
    void anAsteriskFindsNoRoute() throws Exception {
        proxy.routes(prefix("/", "c"));

        assertThat(ask("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ");
        assertThat(proxy.only().details()).isEqualTo("absolute_path_rejected");
    }

    @Test
    void anAnswerBeforeTheRequestsEndSaysThatItIsTheLast() throws Exception {
        proxy.routes(prefix("/", "absent"));

        assertThat(ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nstart"))
                .startsWith("HTTP/1.1 503 ")
                .contains("connection: close\r\n");
    }

    @Test
    void aBrokenBodyIsABadRequestAndTheEnd() throws Exception {
        serve(talk -> {
            talk.head();
            talk.untilClosed();
        });

        assertThat(ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("connection: close\r\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void trailersPassOnlyWhereTheyAreEnabled(boolean enabled) throws Exception {
        proxy.settings().client = client(false, enabled, Underscores.ALLOW, 0);
        serve(talk -> {
            talk.head();
            talk.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-t: 1\r\n\r\n");
            talk.untilClosed();
        });

        assertThat(ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .endsWith(enabled ? "2\r\nhi\r\n0\r\nx-t: 1\r\n\r\n" : "2\r\nhi\r\n0\r\n\r\n");
    }

    @Test
    void anExpectationIsAnsweredHereUnlessUpstreamDoes() throws Exception {
        serve(talk -> {
            seen.complete(talk.head());
            talk.ok(talk.bytes(2));
        });

        String answer = ask("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\n"
                + "Content-Length: 2\r\n\r\nhi");

        assertThat(answer).startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n");
        assertThat(seen.get()).doesNotContain("expect");
    }

    @ParameterizedTest
    @ValueSource(strings = {"103 Early Hints", "102 Processing"})
    void otherInformationStaysBehindThen(String status) throws Exception {
        serve(talk -> {
            talk.head();
            talk.say("HTTP/1.1 " + status + "\r\n\r\n");
            talk.ok("fine");
        });

        assertThat(ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n");
    }

    @Test
    void headersWithUnderscoresCanBeRefused() throws Exception {
        proxy.settings().client = client(false, false, Underscores.REJECT_REQUEST, 0);
        proxy.routes(prefix("/", "c"));

        assertThat(ask("GET / HTTP/1.1\r\nHost: a\r\na_b: 1\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("connection: close\r\n");
    }

    @Test
    void headersWithUnderscoresCanBeDropped() throws Exception {
        proxy.settings().client = client(false, false, Underscores.DROP_HEADER, 0);
        serveOk();

        ask("GET / HTTP/1.1\r\nHost: a\r\na_b: 1\r\nkept: 2\r\na_b: 3\r\nc_d: 4\r\nConnection: close\r\n\r\n");

        assertThat(seen.get()).contains("kept: 2").doesNotContain("a_b").doesNotContain("c_d");
    }

    @Test
    void theLastOfSoManyRequestsSaysSo() throws Exception {
        proxy.settings().client = client(false, false, Underscores.ALLOW, 2);
        serveOk();

        String answers = ask("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(3);
        assertThat(answers.indexOf("connection: close")).isGreaterThan(answers.lastIndexOf("HTTP/1.1 200"));
    }

    @Test
    void tlsOnAPlainPortIsRefusedAtOnce() throws Exception {
        proxy.routes(prefix("/", "c"));

        assertThat(ask("\u0016\u0003\u0001\u0000\u00a5\u0001")).startsWith("HTTP/1.1 400 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"host", "x-forwarded-for", "X-Forwarded-Proto", "close, x-forwarded-host"})
    void noClientCanHaveTheHopBeforeForgotten(String nominated) throws Exception {
        proxy.routes(prefix("/", "c"));

        assertThat(ask("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\nConnection: " + nominated
                        + "\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(proxy.only().details()).isEqualTo("http1.connection_header_rejected");
    }

    @Test
    void hostCountsAmongTheHeaders() throws Exception {
        proxy.settings().maxHeaders = 3;
        serveOk();
        int port = proxy.listen(false);

        assertThat(RawServer.ask(port, "GET / HTTP/1.1\r\nHost: a\r\nb: 1\r\nConnection: close\r\n\r\n", ""))
                .startsWith("HTTP/1.1 200 ");
        assertThat(RawServer.ask(port, "GET / HTTP/1.1\r\nHost: a\r\nb: 1\r\nb: 2\r\nConnection: close\r\n\r\n", ""))
                .startsWith("HTTP/1.1 431 ");
    }

    @Test
    void atTheEdgeNobodyOnAPlainConnectionHasHttps() throws Exception {
        proxy.settings().useRemoteAddress = true;
        proxy.routes(prefix("/", "c"));

        assertThat(ask("GET https://a/x HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 403 ")
                .contains("connection: close\r\n")
                .endsWith("\r\n\r\nForbidden");
    }

    @Test
    void fromOutsideNoInternalHeaderIsBelieved() throws Exception {
        proxy.settings().useRemoteAddress = true;
        serveOk();

        ask("GET / HTTP/1.1\r\nHost: a\r\nx-envoy-internal: true\r\nx-envoy-retry-on: 5xx\r\nx-request-id: mine\r\n"
                + "x-envoy-original-path: /evil\r\nx-envoy-external-address: 9.9.9.9\r\nConnection: close\r\n\r\n");

        assertThat(seen.get())
                .contains("x-envoy-external-address: 127.0.0.1")
                .doesNotContain("x-envoy-internal")
                .doesNotContain("x-envoy-retry-on")
                .doesNotContain("x-envoy-original-path")
                .doesNotContain("x-request-id: mine");
    }

    @Test
    void thePortThatTheClientCameToIsToldIfAskedFor() throws Exception {
        proxy.settings().useRemoteAddress = true;
        proxy.settings().appendPort = true;
        serveOk();
        int port = proxy.listen(false);

        RawServer.ask(port, "GET / HTTP/1.1\r\nHost: a\r\nx-forwarded-port: 1\r\nConnection: close\r\n\r\n", "");

        assertThat(seen.get()).contains("x-forwarded-port: " + port + "\r\n").doesNotContain("x-forwarded-port: 1\r\n");
    }

    @Test
    void internalIsWhoComesFromAConfiguredRange() throws Exception {
        proxy.settings().useRemoteAddress = true;
        proxy.settings().internal = List.of(new Cidr(InetAddress.getByAddress(new byte[] {127, 0, 0, 0}), 8));
        serveOk();

        ask("GET / HTTP/1.1\r\nHost: a\r\nx-request-id: mine\r\nConnection: close\r\n\r\n");

        assertThat(seen.get())
                .contains("x-envoy-internal: true")
                .contains("x-request-id: mine")
                .doesNotContain("x-envoy-external-address");
    }

    @Test
    void behindAnotherProxyTheHopsHeadersStay() throws Exception {
        serveOk();

        ask("GET / HTTP/1.1\r\nHost: a\r\nx-forwarded-for: 10.1.1.1\r\nx-envoy-internal: true\r\n"
                + "x-envoy-retry-on: 5xx\r\nx-envoy-decorator-operation: op\r\nConnection: close\r\n\r\n");

        assertThat(seen.get())
                .contains("x-forwarded-for: 10.1.1.1\r\n")
                .contains("x-envoy-decorator-operation: op")
                .doesNotContain("x-envoy-internal")
                .doesNotContain("x-envoy-retry-on");
    }

    @Test
    void anOptionsRequestSaysThatItHasNoBody() throws Exception {
        serveOk();

        ask("OPTIONS /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        assertThat(seen.get()).contains("content-length: 0\r\n");
    }

    @Test
    void theAnswerToHeadSaysHowABodyWouldCome() throws Exception {
        serve(talk -> {
            talk.head();
            talk.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
            talk.untilClosed();
        });

        assertThat(ask("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .contains("transfer-encoding: chunked\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void anAnswerCutInItsHeadIsABadGateway() throws Exception {
        serve(talk -> {
            talk.head();
            talk.say("HTTP/1.1 200 OK\r\nx: ");
        });

        assertThat(ask("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 502 ")
                .endsWith("reset reason: protocol error");
        assertThat(proxy.only().flags()).isEqualTo("UPE");
    }

    @Test
    void aDirectResponseToGrpcIsAStatus() throws Exception {
        proxy.routes(route(
                any(),
                new RouteAction.DirectResponse(503, new RouteAction.Body("not now".getBytes(StandardCharsets.UTF_8)))));

        assertThat(ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\nConnection: close\r\n"
                        + "Content-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .contains("grpc-status: 14\r\n")
                .contains("grpc-message: not now\r\n");
    }
}
