package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Requests that are sent once more, and those that are not. */
class RetryStoriesTest extends OneServerFixture {
    @Test
    void aFailedTryIsMadeAgain() throws Exception {
        RawServer raw = serve(talk -> {
            talk.head();
            if (talk.number < 3) {
                talk.say("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy");
                talk.untilClosed();
            } else {
                talk.ok("fine");
            }
        });
        proxy.routes(forward(retry(2, Duration.ZERO, Set.of(503), "retriable-status-codes"), Duration.ZERO));

        assertThat(ask(GET)).startsWith("HTTP/1.1 200 OK\r\n").endsWith("fine");
        assertThat(raw.heads).hasSize(3);
        assertThat(proxy.only().attempts()).isEqualTo(3);
        assertThat(proxy.only().flags()).isEqualTo("-");
    }

    @Test
    void triesEndWithTheLastAnswerAndItsFlag() throws Exception {
        serve(talk -> {
            while (talk.head() != null) {
                talk.say("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\n\r\noops");
            }
        });
        proxy.routes(forward(retry(2, Duration.ZERO, Set.of(), "5xx"), Duration.ZERO));

        assertThat(ask(GET)).startsWith("HTTP/1.1 500 ").endsWith("oops");
        assertThat(proxy.only().attempts()).isEqualTo(3);
        assertThat(proxy.only().flags()).isEqualTo("URX");
    }

    @Test
    void aRequestsBodyIsSentAgainWithIt() throws Exception {
        RawServer raw = serve(talk -> {
            talk.head();
            String body = talk.bytes(5);
            if (talk.number == 1) {
                talk.close();
            } else {
                talk.ok("got " + body);
            }
        });
        proxy.routes(forward(retry(1, Duration.ZERO, Set.of(), "reset"), Duration.ZERO));

        String answer = ask("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");

        assertThat(answer).endsWith("got hello");
        assertThat(raw.connections()).isEqualTo(2);
    }

    @Test
    void withoutAPolicyAFailedTryIsFinal() throws Exception {
        RawServer raw = serve(RawServer.Talk::head);
        proxy.routes(prefix("/", "c"));

        assertThat(ask(GET)).startsWith("HTTP/1.1 503 ");
        assertThat(raw.connections()).isEqualTo(1);
    }

    @Test
    void aRequestThatMeetsTheClosingOfAnIdleConnectionIsSentOnceMore() throws Exception {
        // The first connection answers once, then closes as soon as it sees the next request: the race of keep-alive.
        RawServer raw = serve(talk -> {
            talk.head();
            talk.ok("first");
            if (talk.number == 1) {
                talk.head();
            }
        });
        proxy.routes(prefix("/", "c"));
        int port = proxy.listen(false);
        assertThat(RawServer.ask(port, GET, "")).endsWith("first");

        assertThat(RawServer.ask(port, GET, "")).startsWith("HTTP/1.1 200 OK");
        assertThat(raw.connections()).isEqualTo(2);
        Awaitility.await().until(() -> proxy.completed.size() == 2);
        assertThat(proxy.completed.get(1).attempts()).isEqualTo(2);
    }

    @Test
    void aPostThatMeetsTheClosingIsNotSentAgain() throws Exception {
        RawServer raw = serve(talk -> {
            talk.head();
            talk.ok("first");
            talk.head();
        });
        proxy.routes(prefix("/", "c"));
        int port = proxy.listen(false);
        RawServer.ask(port, GET, "");

        assertThat(RawServer.ask(
                        port, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", ""))
                .startsWith("HTTP/1.1 503 ");
        assertThat(raw.connections()).isEqualTo(1);
    }

    @Test
    void aSlowTryGivesWayToTheNext() throws Exception {
        serve(talk -> {
            talk.head();
            if (talk.number == 1) {
                talk.untilClosed();
            } else {
                talk.ok("quick");
            }
        });
        // Long enough for the second to be answered, on a machine whose cores are busy with other things too.
        proxy.routes(forward(retry(1, Duration.ofSeconds(2), Set.of(), "5xx"), Duration.ofMinutes(1)));

        assertThat(ask(GET)).endsWith("quick");
        assertThat(proxy.only().attempts()).isEqualTo(2);
    }
}
