package dev.lateen.proxy.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SanMatcher;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.TlsSettings.Validation;
import dev.lateen.proxy.model.UpstreamTls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;

/** Two ends of a handshake in memory, with either TLS library. */
abstract class TlsFixture {
    static final String PRODUCTPAGE = "spiffe://cluster.local/ns/default/sa/bookinfo-productpage";
    static final String REVIEWS = "spiffe://cluster.local/ns/default/sa/bookinfo-reviews";

    @Parameter
    SslProvider provider;

    final TestCertificates mesh = new TestCertificates("O=cluster.local");
    final Map<String, Secret> serverSecrets = new HashMap<>();
    final Map<String, Secret> clientSecrets = new HashMap<>();
    final Told server = new Told();
    final Told client = new Told();
    final EmbeddedChannel serverChannel = new EmbeddedChannel();
    final EmbeddedChannel clientChannel = new EmbeddedChannel();
    String laterFailure = "";

    @Nullable
    TlsContexts serverContexts;

    @Nullable
    TlsContexts clientContexts;

    static Stream<SslProvider> providers() {
        assertThat(OpenSsl.isAvailable()).as("BoringSSL loads here").isTrue();
        return Stream.of(SslProvider.JDK, SslProvider.OPENSSL_REFCNT);
    }

    static Secret.TlsCertificate certificate(Map<String, Secret> secrets) {
        return (Secret.TlsCertificate) requireNonNull(secrets.get("default"));
    }

    TlsFixture() {
        serverSecrets.put("default", mesh.workload("default", REVIEWS));
        serverSecrets.put("ROOTCA", mesh.roots("ROOTCA"));
        clientSecrets.put("default", mesh.workload("default", PRODUCTPAGE));
        clientSecrets.put("ROOTCA", mesh.roots("ROOTCA"));
    }

    @AfterEach
    void close() {
        serverChannel.finishAndReleaseAll();
        clientChannel.finishAndReleaseAll();
        serverContexts().close();
        clientContexts().close();
    }

    TlsContexts serverContexts() {
        if (serverContexts == null) {
            serverContexts = new TlsContexts(() -> snapshot(serverSecrets), provider);
        }
        return serverContexts;
    }

    TlsContexts clientContexts() {
        if (clientContexts == null) {
            clientContexts = new TlsContexts(() -> snapshot(clientSecrets), provider);
        }
        return clientContexts;
    }

    static ProxySnapshot snapshot(Map<String, Secret> secrets) {
        return new ProxySnapshot(1, Map.of(), Map.of(), Map.of(), Map.of(), secrets);
    }

    static TlsSettings settings(List<String> alpn, @Nullable Validation validation) {
        return new TlsSettings("", "", List.of(), alpn, List.of(new SecretSource.Sds("default")), validation);
    }

    static Validation validation(List<StringMatcher> names) {
        return new Validation(
                new SecretSource.Sds("ROOTCA"),
                false,
                false,
                names.stream().map(SanMatcher::any).toList(),
                List.of(),
                List.of());
    }

    static DownstreamTls mutual(List<StringMatcher> names) {
        return new DownstreamTls(settings(List.of(), validation(names)), true);
    }

    static UpstreamTls expecting(String identity) {
        List<StringMatcher> names = List.of(new StringMatcher.Exact(identity, false));
        return new UpstreamTls(settings(List.of(), validation(names)), "outbound_.9080_._.reviews", false, false);
    }

    void handshake(DownstreamTls down, UpstreamTls up) throws Exception {
        begin(down, up, List.of());
        exchange();
    }

    void begin(DownstreamTls down, UpstreamTls up, List<String> alpn) throws Exception {
        TlsHandshake.accept(serverChannel.pipeline(), serverContexts(), down, false, Duration.ZERO, server);
        TlsHandshake.connect(clientChannel.pipeline(), clientContexts(), up, "", alpn, false, client);
        clientChannel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                laterFailure = TlsSession.failureReason(cause);
            }
        });
    }

    void exchange() {
        exchange(clientChannel, serverChannel);
    }

    /** Carries bytes to and fro until both are silent. */
    static void exchange(EmbeddedChannel one, EmbeddedChannel other) {
        boolean moved = true;
        while (moved) {
            moved = carry(one, other);
            moved |= carry(other, one);
        }
    }

    static boolean carry(EmbeddedChannel from, EmbeddedChannel to) {
        from.runPendingTasks();
        boolean moved = false;
        for (ByteBuf bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            moved = true;
            if (to.isOpen()) {
                to.writeInbound(bytes);
            } else {
                bytes.release();
            }
        }
        return moved;
    }

    static final class Told implements TlsHandshake.Outcome {
        @Nullable
        TlsFacts facts;

        @Nullable
        String refusal;

        int calls;

        @Override
        public void secured(TlsFacts told) {
            facts = told;
            calls++;
        }

        @Override
        public void refused(String reason) {
            refusal = reason;
            calls++;
        }

        TlsFacts facts() {
            assertThat(refusal).isNull();
            return Objects.requireNonNull(facts);
        }
    }
}
