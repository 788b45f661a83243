package dev.lateen.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.tls.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Bytes between clients and applications, and what hinders them. */
class TcpProxyingTest extends TcpFixture {
    @Test
    void bytesGoBothWaysAndAreCounted() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        say(pair.client(), "hello\n");
        assertThat(line(pair.app())).isEqualTo("hello");
        say(pair.app(), "how are you\n");
        assertThat(line(pair.client())).isEqualTo("how are you");
        pair.client().close();
        assertThat(pair.app().getInputStream().read()).isEqualTo(-1);
        pair.app().close();
        TcpSession session = watched.nextEnded();
        assertThat(session.receivedBytes()).isEqualTo(6);
        assertThat(session.sentBytes()).isEqualTo(12);
        assertThat(session.responseFlags()).isZero();
        assertThat(watched.opened).containsExactly(session);
    }

    @Test
    void refusedHostIsFollowedByAnother() throws Exception {
        int dead = deadPort();
        listen("in", "app", 10, Duration.ZERO);
        cluster("app", null, dead, application.getLocalPort());
        for (int i = 0; i < 6; i++) {
            Pair pair = connect("in");
            say(pair.client(), "hello\n");
            assertThat(line(pair.app())).isEqualTo("hello");
        }
    }

    @Test
    void nobodyThereEndsTheConnectionAndSaysWhy() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, deadPort());
        Socket client = client("in");
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        TcpSession session = watched.nextEnded();
        assertThat(session.upstreamTransportFailure()).isEqualTo("delayed connect error: Connection refused");
        assertThat(session.responseFlags())
                .isEqualTo(ResponseFlag.UPSTREAM_CONNECTION_FAILURE.bit()
                        | ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED.bit());
        assertThat(watched.opened).isEmpty();
    }

    @Test
    void unknownClusterAndClusterWithoutHostsSaySo() throws Exception {
        listen("in", "nowhere", 1, Duration.ZERO);
        assertThat(client("in").getInputStream().read()).isEqualTo(-1);
        assertThat(watched.nextEnded().responseFlags()).isEqualTo(ResponseFlag.NO_CLUSTER_FOUND.bit());
        cluster("nowhere", null, new int[0]);
        assertThat(client("in").getInputStream().read()).isEqualTo(-1);
        assertThat(watched.nextEnded().responseFlags()).isEqualTo(ResponseFlag.NO_HEALTHY_UPSTREAM.bit());
    }

    @Test
    void slowReaderHoldsBackTheSender() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        int total = 64 * 1024 * 1024;
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendPattern(pair.client(), total));
        // The kernel's and the proxy's buffers fill up, far below what is to be sent, and then nothing moves.
        await().pollInterval(Duration.ofMillis(300))
                .until(new Settled(() -> watched.opened.peek() == null
                        ? 0
                        : watched.opened.peek().receivedBytes()));
        assertThat(watched.opened.element().receivedBytes()).isLessThan(total / 2);
        assertThat(sending).isNotDone();
        InputStream in = pair.app().getInputStream();
        byte[] buffer = new byte[65536];
        long read = 0;
        for (int n = in.read(buffer); n > 0; n = read == total ? -1 : in.read(buffer)) {
            for (int i = 0; i < n; i++) {
                if (buffer[i] != (byte) ((read + i) % 251)) {
                    throw new AssertionError("byte " + (read + i));
                }
            }
            read += n;
        }
        assertThat(read).isEqualTo(total);
        sending.get(30, TimeUnit.SECONDS);
    }

    @Test
    void silentConnectionEndsWhenItsIdleTimeIsOver() throws Exception {
        listen("in", "app", 1, Duration.ofMillis(50));
        cluster("app", null, application);
        Pair pair = connect("in");
        assertThat(pair.client().getInputStream().read()).isEqualTo(-1);
        assertThat(watched.nextEnded().responseFlags()).isEqualTo(ResponseFlag.STREAM_IDLE_TIMEOUT.bit());
    }

    @Test
    void configChangeLeavesALiveConnectionAlone() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        say(pair.client(), "one\n");
        assertThat(line(pair.app())).isEqualTo("one");
        configured.remove("app");
        listen("in", "other", 1, Duration.ZERO);
        say(pair.client(), "two\n");
        assertThat(line(pair.app())).isEqualTo("two");
    }

    @Test
    void unmatchedIdentityOfTheServerIsATlsFailure() throws Exception {
        TestCertificates mesh = new TestCertificates("O=cluster.local");
        secrets.put("default", mesh.workload("default", IDENTITY));
        secrets.put("ROOTCA", mesh.roots("ROOTCA"));
        listen("inbound", "app", new DownstreamTls(settings(), true), 1, Duration.ZERO);
        TlsSettings strict = new TlsSettings(
                "",
                "",
                List.of(),
                List.of("istio"),
                List.of(new SecretSource.Sds("default")),
                new TlsSettings.Validation(
                        new SecretSource.Sds("ROOTCA"),
                        false,
                        false,
                        List.of(TlsSettings.SanMatcher.any(
                                new StringMatcher.Exact("spiffe://cluster.local/ns/default/sa/other", false))),
                        List.of(),
                        List.of()));
        cluster("inbound", new UpstreamTls(strict, "", false, false), port("inbound"));
        listen("outbound", "inbound", 1, Duration.ZERO);
        assertThat(client("outbound").getInputStream().read()).isEqualTo(-1);
        await().until(() -> watched.ended.stream()
                .anyMatch(session -> session.upstreamTransportFailure().contains("CERTIFICATE_VERIFY_FAILED")));
    }

    /** True once a growing number has stopped growing. */
    private static final class Settled implements java.util.concurrent.Callable<Boolean> {
        private final java.util.function.LongSupplier number;
        private long before = -1;

        Settled(java.util.function.LongSupplier number) {
            this.number = number;
        }

        @Override
        public Boolean call() {
            long now = number.getAsLong();
            boolean same = now > 0 && now == before;
            before = now;
            return same;
        }
    }

    private static void sendPattern(Socket socket, int total) {
        try {
            OutputStream out = socket.getOutputStream();
            byte[] buffer = new byte[251 * 256];
            for (int i = 0; i < buffer.length; i++) {
                buffer[i] = (byte) (i % 251);
            }
            for (int sent = 0; sent < total; sent += buffer.length) {
                out.write(buffer, 0, Math.min(buffer.length, total - sent));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int deadPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
