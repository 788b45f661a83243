package dev.lateen.proxy.http.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.http.pool.FakeNetwork.Server;
import dev.lateen.proxy.model.ProxySnapshot;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of calls on one loop. */
class CallLoopTest extends CallLoopFixture {
    // --- answers

    @Test
    void anAnswerIsToldOnceWithItsBody() {
        post(Unpooled.copiedBuffer("question", StandardCharsets.US_ASCII));
        Server server = network.accept();
        loop.runPendingTasks();
        assertThat(server.received())
                .startsWith("POST / HTTP/1.1\r\nhost: a\r\n")
                .contains("content-length: 8\r\n")
                .endsWith("\r\n\r\nquestion");
        server.answers("HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\nans");
        assertThat(told).isEmpty();
        assertThat(counted).isEmpty();
        nanos += 7;
        server.answers("wer");
        assertThat(told).containsExactly("403 answer");
        assertThat(counted).containsExactly("c 403 7");
        assertThat(cluster().stats().requests().total()).isEqualTo(1);
        nothingIsLeft();
        noTimerIsLeft();
    }

    @Test
    void aClusterThatIsNotThereIsNamed() {
        get("gone");
        assertThat(told).containsExactly("cluster gone: not in the configuration");
    }

    @Test
    void aClusterWithoutHostsIsNamed() {
        configured(NO_LIMITS);
        post(zeros(3));
        assertThat(told).containsExactly("cluster c: no healthy host");
    }

    @Test
    void aCallByOneConfigurationFindsItsClusterAlsoWhenItIsGoneFromTheNext() {
        ClusterCalls before = calls.by(current.get());
        current.put(new ProxySnapshot(2, Map.of(), Map.of(), Map.of(), Map.of(), Map.of()));
        before.http("c", HttpCall.get("a", "/"), CallLimits.of(SECOND), this::told);
        get("c");
        assertThat(told).containsExactly("cluster c: not in the configuration");
        network.accept().answersNothing();
        assertThat(told).last().isEqualTo("200 ");
    }

    @Test
    void whyThereIsNoConnectionIsTold() {
        get("c");
        network.refuse();
        assertThat(told).singleElement().asString().endsWith("delayed connect error: Connection refused");
        nothingIsLeft();
        noTimerIsLeft();
    }

    @Test
    void aConnectionThatEndsBeforeTheAnswerIsAReset() {
        get("c");
        network.accept().closes();
        assertThat(told).containsExactly(StreamReset.CONNECTION_TERMINATION.words());
        nothingIsLeft();
        noTimerIsLeft();
    }

    @Test
    void anAnswerThatIsCutIsOne() {
        get("c");
        Server server = network.accept();
        server.answers("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nans");
        server.closes();
        assertThat(told).containsExactly(StreamReset.PROTOCOL_ERROR.words());
        assertThat(counted).isEmpty();
        nothingIsLeft();
    }
}
