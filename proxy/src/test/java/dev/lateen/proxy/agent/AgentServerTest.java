package dev.lateen.proxy.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The agent's port itself, asked by processes of the pod and by people with bad intentions. */
class AgentServerTest extends AgentFixture {
    @Test
    void readinessIsTheProxys() throws Exception {
        start();
        assertThat(send("GET", "/healthz/ready").statusCode()).isEqualTo(503);
        proxy.ready = true;
        assertThat(send("GET", "/healthz/ready").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/elsewhere").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/config_dump").statusCode()).isEqualTo(404);
    }

    @Test
    void drainAndQuitAreForProcessesOfThePodThatPost() throws Exception {
        start();
        for (String path : new String[] {"/drain", "/quitquitquit"}) {
            assertThat(send("GET", path).statusCode()).isEqualTo(405);
            // What the sidecar passes on from elsewhere comes from this address.
            assertThat(raw("127.0.0.6", head("a", "POST", path))).startsWith("HTTP/1.1 403 ");
        }
        assertThat(proxy.drained).hasValue(0);
        assertThat(proxy.quit).hasValue(0);
        assertThat(send("POST", "/drain").body()).isEqualTo("OK");
        Awaitility.await().atMost(SOON).until(() -> proxy.drained.get() == 1);
        assertThat(send("POST", "/quitquitquit").body()).isEqualTo("OK");
        Awaitility.await().atMost(SOON).until(() -> proxy.quit.get() == 1);
    }

    @Test
    void bodiesAndHeadsThatAreTooLongAreRefused() throws Exception {
        start();
        assertThat(raw("127.0.0.1", "POST /drain HTTP/1.1\r\nhost: a\r\ncontent-length: 100000000\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(raw("127.0.0.1", "POST /drain HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(raw("127.0.0.1", "GET /" + "x".repeat(5000) + " HTTP/1.1\r\nhost: a\r\n\r\n"))
                .contains(" 414 ");
        assertThat(raw("127.0.0.1", "GET / HTTP/1.1\r\nhost: a\r\nx: " + "x".repeat(20_000) + "\r\n\r\n"))
                .contains(" 431 ");
        assertThat(proxy.drained).hasValue(0);
    }

    @Test
    void connectionsAreBoundedInAllAndFromOneAddress() throws Exception {
        limits = new Guests.Limits(3, 2, SOON.toMillis());
        start();
        try (Socket one = new Socket("127.0.0.1", server.port());
                Socket two = new Socket("127.0.0.1", server.port())) {
            Awaitility.await().atMost(SOON).until(() -> server.guests() == 2);
            assertThat(raw("127.0.0.1", "")).isEmpty();
            Awaitility.await().atMost(SOON).until(() -> server.guests() == 2);
            assertThat(raw("127.0.0.2", head("a", "GET", "/elsewhere"))).startsWith("HTTP/1.1 404 ");
            Awaitility.await().atMost(SOON).until(() -> server.guests() == 2);
            try (Socket other = new Socket(
                    InetAddress.getByName("127.0.0.1"), server.port(), InetAddress.getByName("127.0.0.3"), 0)) {
                Awaitility.await().atMost(SOON).until(() -> server.guests() == 3);
                assertThat(raw("127.0.0.4", "")).isEmpty();
                assertThat(List.of(one, two, other)).noneMatch(Socket::isClosed);
            }
        }
        Awaitility.await().atMost(SOON).until(() -> server.guests() == 0);
        assertThat(send("GET", "/elsewhere").statusCode()).isEqualTo(404);
    }

    @Test
    void whoSaysNothingIsNotWaitedForButAnAnswerIs() throws Exception {
        limits = new Guests.Limits(9, 9, 200);
        int port = application(
                request -> vertx.setTimer(600, _ -> request.response().end("late")));
        probes.put("/app-lifecycle/a/prestopz", new AppProbe.HttpGet(port, Duration.ZERO, false, "/"));
        start();
        assertThat(raw("127.0.0.1", "")).isEmpty();
        assertThat(raw("127.0.0.1", "GET /heal")).isEmpty();
        assertThat(send("GET", "/app-lifecycle/a/prestopz").body()).isEqualTo("late");
    }
}
