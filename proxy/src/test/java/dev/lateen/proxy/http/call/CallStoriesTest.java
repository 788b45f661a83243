package dev.lateen.proxy.http.call;

import static dev.lateen.proxy.http.call.CallFixture.NO_LIMITS;
import static dev.lateen.proxy.http.call.CallFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.http.Leaks;
import dev.lateen.proxy.http.call.CallFixture.Told;
import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Cluster.OutlierDetection;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.tls.TestCertificates;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.StreamResetException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HTTP calls of the proxy's own to servers behind real sockets, made from a thread that is no event loop. */
class CallStoriesTest {
    private static final String PROXY = StrictPeers.PROXY;
    private static final String REVIEWS = StrictPeers.SERVICE;
    private static final long CANCEL = 8;

    private final CallFixture mesh = new CallFixture();
    private final BlockingQueue<HttpServerRequest> asked = new LinkedBlockingQueue<>();
    private final BlockingQueue<Long> resets = new LinkedBlockingQueue<>();

    @BeforeAll
    static void watch() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    @AfterEach
    void close() throws Exception {
        mesh.close();
    }

    /** Hears requests and leaves it to the test whether they are answered. */
    private void hear(HttpServerRequest request) {
        request.response().exceptionHandler(error -> {
            if (error instanceof StreamResetException reset) {
                resets.add(reset.getCode());
            }
        });
        asked.add(request);
    }

    private HttpServerRequest nextAsked() throws Exception {
        HttpServerRequest request = asked.poll(30, TimeUnit.SECONDS);
        assertThat(request).isNotNull();
        return request;
    }

    private static void answer(HttpServerRequest request, String body) {
        request.response().end(body);
    }

    private void nothingIsLeft(String cluster) {
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(mesh.upstream(cluster).stats().requests().active()).isZero());
        assertThat(mesh.upstream(cluster).breaker().requests()).isZero();
        assertThat(mesh.upstream(cluster).breaker().pending()).isZero();
    }

    // --- mutual TLS

    private final StrictPeers peers = new StrictPeers();

    private static String callerOf(HttpServerRequest request) {
        try {
            X509Certificate peer = (X509Certificate)
                    request.connection().sslSession().getPeerCertificates()[0];
            return String.valueOf(
                    peer.getSubjectAlternativeNames().iterator().next().get(1));
        } catch (Exception e) {
            return e.toString();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = UpstreamProtocol.class,
            names = {"HTTP1", "HTTP2"})
    void aServiceThatTakesMutualTlsOnlyIsCalledWithTheProxysIdentity(UpstreamProtocol protocol) throws Exception {
        int port = mesh.serve(peers.server(), request -> answer(request, request.version() + " " + callerOf(request)));
        peers.bringTo(mesh);
        mesh.cluster("reviews", protocol, NO_LIMITS, null, StrictPeers.mutual(REVIEWS), port);
        assertThat(mesh.get("reviews"))
                .isEqualTo("200 " + (protocol == UpstreamProtocol.HTTP2 ? "HTTP_2 " : "HTTP_1_1 ") + PROXY);
        nothingIsLeft("reviews");
    }

    @Test
    void aServerOfAnotherIdentityThanTheClusterNamesIsNotAsked() throws Exception {
        int port = mesh.serve(peers.server(), request -> answer(request, "heard"));
        peers.bringTo(mesh);
        mesh.cluster("reviews", UpstreamProtocol.HTTP2, NO_LIMITS, null, StrictPeers.mutual(PROXY), port);
        assertThat(mesh.get("reviews")).contains("CERTIFICATE_VERIFY_FAILED", REVIEWS);
        nothingIsLeft("reviews");
    }

    @Test
    void aServerThatRefusesTheProxysIdentityIsAConnectionThatFailed() throws Exception {
        int port = mesh.serve(peers.server(), request -> answer(request, "heard"));
        peers.bringTo(mesh).secret(new TestCertificates("O=other").workload("default", PROXY));
        mesh.cluster("reviews", UpstreamProtocol.HTTP2, NO_LIMITS, null, StrictPeers.mutual(REVIEWS), port);
        assertThat(mesh.get("reviews")).startsWith("remote connection failure").contains("TLS_error:");
        nothingIsLeft("reviews");
    }

    // --- cancelled, late, too many

    @Test
    void aCallThatIsCancelledIsResetAndItsConnectionServesTheNext() throws Exception {
        mesh.cluster("c", UpstreamProtocol.HTTP2, mesh.serve(this::hear));
        Told told = new Told();
        Pending call = mesh.call(
                calls -> calls.http("c", HttpCall.get("a", "/"), CallLimits.of(PATIENCE), told::http));
        nextAsked();
        call.cancel();
        assertThat(resets.poll(30, TimeUnit.SECONDS)).isEqualTo(CANCEL);
        nothingIsLeft("c");
        assertThat(told.silent()).isTrue();
        assertThat(mesh.upstream("c").stats().connections().active()).isEqualTo(1);
    }

    @Test
    void aCallThatIsNotAnsweredInTimeIsResetAndCountsAsTimedOut() throws Exception {
        mesh.cluster("c", UpstreamProtocol.HTTP2, mesh.serve(this::hear));
        assertThat(mesh.get("c", CallLimits.of(Duration.ofMillis(200)))).isEqualTo("no answer within 200 ms");
        nextAsked();
        assertThat(resets.poll(30, TimeUnit.SECONDS)).isEqualTo(CANCEL);
        nothingIsLeft("c");
        assertThat(mesh.upstream("c").stats().requests().timeout()).isEqualTo(1);
    }

    @Test
    void aFullBreakerRefusesUntilThereIsRoomAgain() throws Exception {
        CircuitBreakers one = new CircuitBreakers(10, 10, 1, 10, -1, 0);
        mesh.cluster("c", UpstreamProtocol.HTTP2, one, null, null, mesh.serve(this::hear));
        Told first = new Told();
        mesh.call(calls -> calls.http("c", HttpCall.get("a", "/"), CallLimits.of(PATIENCE), first::http));
        HttpServerRequest held = nextAsked();
        assertThat(mesh.get("c")).isEqualTo("cluster c: circuit breaker full");
        assertThat(mesh.upstream("c").breaker().requestOverflows()).isEqualTo(1);
        answer(held, "late");
        assertThat(first.words()).isEqualTo("200 late");
        Told third = new Told();
        mesh.call(calls -> calls.http("c", HttpCall.get("a", "/"), CallLimits.of(PATIENCE), third::http));
        answer(nextAsked(), "third");
        assertThat(third.words()).isEqualTo("200 third");
        nothingIsLeft("c");
    }

    @Test
    void aHostThatFailsCallsIsEjected() throws Exception {
        AtomicInteger failed = new AtomicInteger();
        int bad = mesh.serve(request -> {
            failed.incrementAndGet();
            request.response().setStatusCode(503).end();
        });
        int good = mesh.serve(request -> answer(request, "good"));
        OutlierDetection outliers = new OutlierDetection(
                3, 0, 0, false, Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), 100);
        mesh.cluster("c", UpstreamProtocol.HTTP1, NO_LIMITS, outliers, null, bad, good);
        for (int i = 0; i < 20; i++) {
            mesh.get("c");
        }
        assertThat(failed).hasValue(3);
        assertThat(mesh.upstream("c").stats().ejections().active()).isEqualTo(1);
        assertThat(mesh.get("c")).isEqualTo("200 good");
    }

    @Test
    void aHostThatLetsCallsTimeOutIsEjected() throws Exception {
        int bad = mesh.serve(this::hear);
        OutlierDetection outliers = new OutlierDetection(
                1, 0, 0, false, Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), 100);
        mesh.cluster("c", UpstreamProtocol.HTTP1, NO_LIMITS, outliers, null, bad);
        assertThat(mesh.get("c", CallLimits.of(Duration.ofMillis(100)))).isEqualTo("no answer within 100 ms");
        assertThat(mesh.get("c")).isEqualTo("cluster c: no healthy host");
    }

    @Test
    void aClusterThatGoesDuringACallStillAnswersItAndNoOther() throws Exception {
        mesh.cluster("c", UpstreamProtocol.HTTP2, mesh.serve(this::hear));
        Told told = new Told();
        mesh.call(calls -> calls.http("c", HttpCall.get("a", "/"), CallLimits.of(PATIENCE), told::http));
        HttpServerRequest request = nextAsked();
        BlockingQueue<String> closed = new LinkedBlockingQueue<>();
        request.connection().closeHandler(_ -> closed.add("closed"));
        mesh.without("c");
        assertThat(mesh.get("c")).isEqualTo("cluster c: not in the configuration");
        answer(request, "still");
        assertThat(told.words()).isEqualTo("200 still");
        assertThat(closed.poll(30, TimeUnit.SECONDS)).as("its connection went with it").isEqualTo("closed");
    }

    @Test
    void aLongAnswerIsCutAtTheLimit() throws Exception {
        int port = mesh.serve(request -> {
            hear(request);
            request.response().setChunked(true).write("x".repeat(100_000));
        });
        mesh.cluster("c", UpstreamProtocol.HTTP2, port);
        assertThat(mesh.get("c", new CallLimits(PATIENCE, 99_999))).isEqualTo("answer longer than 99999 bytes");
        assertThat(resets.poll(30, TimeUnit.SECONDS)).isEqualTo(CANCEL);
        nothingIsLeft("c");
    }

    @Test
    void theProxysEndEndsItsCalls() throws Exception {
        mesh.cluster("c", UpstreamProtocol.HTTP2, mesh.serve(this::hear));
        Told told = new Told();
        mesh.call(calls -> calls.http("c", HttpCall.get("a", "/"), CallLimits.of(PATIENCE), told::http));
        nextAsked();
        mesh.close();
        assertThat(told.words()).isEqualTo("the proxy ends");
        assertThat(mesh.get("c")).isEqualTo("the proxy ends");
    }
}
