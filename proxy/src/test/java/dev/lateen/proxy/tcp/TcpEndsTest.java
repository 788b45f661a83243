package dev.lateen.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.tls.TestCertificates;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How one side of a relayed connection learns of the end of the other. */
class TcpEndsTest extends TcpFixture {
    @Test
    void clientMayEndItsSideAndStillHearTheAnswer() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        halfCloseBothWays(connect("in"));
    }

    @Test
    void halfCloseGoesThroughMutualTlsBetweenTwoProxies() throws Exception {
        TestCertificates mesh = new TestCertificates("O=cluster.local");
        secrets.put("default", mesh.workload("default", IDENTITY));
        secrets.put("ROOTCA", mesh.roots("ROOTCA"));
        listen("inbound", "app", new DownstreamTls(settings(), true), 1, Duration.ZERO);
        cluster("app", null, application);
        cluster("inbound", new UpstreamTls(settings(), "outbound_.1_._.app", false, false), port("inbound"));
        listen("outbound", "inbound", 1, Duration.ZERO);
        halfCloseBothWays(connect("outbound"));
        List<TcpSession> sessions = List.of(watched.nextEnded(), watched.nextEnded());
        assertThat(sessions).anySatisfy(session -> {
            assertThat(session.upstreamMutualTls()).isTrue();
            assertThat(session.connection().tls()).isNull();
            assertThat(session.upstreamPeer().workload()).isEqualTo("echo-v1");
        });
        assertThat(sessions).anySatisfy(session -> {
            assertThat(session.connection().peerPrincipal()).isEqualTo(IDENTITY);
            assertThat(session.downstreamPeer().workload()).isEqualTo("echo-v1");
        });
    }

    private void halfCloseBothWays(Pair pair) throws Exception {
        say(pair.client(), "question");
        pair.client().shutdownOutput();
        assertThat(new String(pair.app().getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("question");
        say(pair.app(), "answer");
        pair.app().shutdownOutput();
        assertThat(new String(pair.client().getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("answer");
    }

    @Test
    void applicationMayEndItsSideFirst() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        say(pair.app(), "banner");
        pair.app().shutdownOutput();
        assertThat(new String(pair.client().getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("banner");
        say(pair.client(), "bye\n");
        assertThat(line(pair.app())).isEqualTo("bye");
    }

    @Test
    void whatTheApplicationResetIsNoEndToTheClient() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        say(pair.client(), "hello\n");
        assertThat(line(pair.app())).isEqualTo("hello");
        pair.app().setSoLinger(true, 0);
        pair.app().close();
        assertThatThrownBy(() -> pair.client().getInputStream().read()).isInstanceOf(SocketException.class);
        assertThat(watched.nextEnded().responseFlags()).isEqualTo(ResponseFlag.UPSTREAM_REMOTE_RESET.bit());
    }

    @Test
    void whatTheClientResetIsNoEndToTheApplication() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        say(pair.client(), "hello\n");
        assertThat(line(pair.app())).isEqualTo("hello");
        pair.client().setSoLinger(true, 0);
        pair.client().close();
        assertThatThrownBy(() -> pair.app().getInputStream().read()).isInstanceOf(SocketException.class);
        assertThat(watched.nextEnded().responseFlags()).isZero();
    }
}
