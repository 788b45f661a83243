package dev.lateen.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.UpstreamTls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** The first bytes a server sees, with either TLS library, for HTTP and for raw TCP. */
@ParameterizedClass
@CsvSource({"JDK, false", "JDK, true", "OPENSSL_REFCNT, false", "OPENSSL_REFCNT, true"})
class ClientHelloTest {
    @Parameter(0)
    SslProvider provider;

    @Parameter(1)
    boolean rawTcp;

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private String hello(UpstreamTls tls, String serverName) throws Exception {
        try (TlsContexts contexts = new TlsContexts(() -> ProxySnapshot.EMPTY, provider)) {
            TlsHandshake.connect(channel.pipeline(), contexts, tls, serverName, List.of(), rawTcp, new Ignored());
            channel.runPendingTasks();
            ByteBuf sent = Unpooled.buffer();
            for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
                sent.writeBytes(part);
                part.release();
            }
            return sent.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private static UpstreamTls tls(String sni, String... curves) {
        TlsSettings settings = new TlsSettings("", "", List.of(), List.of(curves), List.of("istio"), List.of(), null);
        return new UpstreamTls(settings, sni, false, false);
    }

    /** The extension {@code server_name} with one host name (RFC 6066 section 3). */
    private static String serverName(String name) {
        int length = name.length();
        return "\0\0\0" + (char) (length + 5) + "\0" + (char) (length + 3) + "\0\0" + (char) length + name;
    }

    /** The extension {@code supported_groups} (RFC 8446 section 4.2.7). */
    private static String groups(int... groups) {
        StringBuilder text = new StringBuilder("\0\n\0")
                .append((char) (2 * groups.length + 2))
                .append('\0')
                .append((char) (2 * groups.length));
        for (int group : groups) {
            text.append('\0').append((char) group);
        }
        return text.toString();
    }

    @Test
    void namesWithUnderscoresAreSent() throws Exception {
        String name = "outbound_.9080_._.reviews.default.svc.cluster.local";
        assertThat(hello(tls(name), "")).contains(serverName(name));
    }

    @Test
    void namesWithoutADotAreSent() throws Exception {
        assertThat(hello(tls("other"), "vault-0"))
                .contains(serverName("vault-0"))
                .doesNotContain("other");
    }

    @Test
    void theLastDotOfANameIsNotSent() throws Exception {
        assertThat(hello(tls(""), "api.v2.")).contains(serverName("api.v2"));
    }

    @Test
    void addressesAreNotSent() throws Exception {
        assertThat(hello(tls(""), "10.0.0.5")).doesNotContain("10.0.0.5");
    }

    @Test
    void aNameThatCannotBeSentIsRefused() {
        assertThatThrownBy(() -> hello(tls(""), "a".repeat(256)))
                .isInstanceOf(TlsUnavailable.class)
                .hasMessageStartingWith("server name: aaaa");
    }

    @Test
    void twoGroupsAreOfferedByDefault() throws Exception {
        assertThat(hello(tls(""), "")).contains(groups(0x1d, 0x17));
    }

    @Test
    void groupsAreOfferedAsConfigured() throws Exception {
        assertThat(hello(tls("", "P-384", "P-256"), "")).contains(groups(0x18, 0x17));
    }

    @Test
    void aGroupThatNobodyKnowsIsNamed() {
        assertThatThrownBy(() -> hello(tls("", "P-999"), ""))
                .hasMessage("key exchange group: P-999 (expected: X25519, P-256, P-384, P-521)");
    }

    private static final class Ignored implements TlsHandshake.Outcome {
        @Override
        public void secured(TlsFacts facts) {}

        @Override
        public void refused(String reason) {}
    }
}
