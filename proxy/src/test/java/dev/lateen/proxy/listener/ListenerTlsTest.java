package dev.lateen.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.tls.TestCertificates;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;

/** Which clients a port takes by their first bytes and their certificates. */
class ListenerTlsTest extends ListenerFixture {
    private static final FilterChainMatch OTHER_TLS = match("tls");
    private final TestCertificates mesh = new TestCertificates("O=cluster.local");

    @Test
    void permissivePortTakesClearTextAndTlsAndPassesForeignTlsThrough() throws Exception {
        addSecrets();
        configure(listener(
                "in",
                chain("clear", CLEAR, null),
                chain("mtls", MTLS, optional()),
                chain("passthrough", OTHER_TLS, null)));
        assertThat(talk(connect("in"), "hello\n")).isEqualTo("clear [] hello");
        SSLSocket secured = secure(connect("in"), "reviews.default", "istio");
        assertThat(talk(secured, "hi\n")).isEqualTo("mtls [reviews.default] hi");
        Socket foreign = connect("in");
        foreign.getOutputStream().write(SnifferTest.clientHello("elsewhere.com", "h2"));
        assertThat(line(foreign)).startsWith("passthrough [elsewhere.com]");
    }

    @Test
    void strictPortRefusesClearText() throws Exception {
        addSecrets();
        configure(listener("in", chain("mtls", MTLS, mutual())));
        Socket plain = connect("in");
        plain.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> plain.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessage("Connection reset");
    }

    @Test
    void aHandshakeHasTheTimeThatTheRoleGivesItWhereTheChainSaysNothing() throws Exception {
        listeners = listeners(new ListenerSettings(100, 16, Duration.ofSeconds(1), Duration.ofMillis(50)));
        addSecrets();
        configure(listener("in", chain("mtls", MTLS, mutual())));
        Socket silent = connect("in");
        silent.setSoTimeout(20_000);
        silent.getOutputStream().write(SnifferTest.clientHello("reviews.default", "istio"));
        // Our side of the handshake, then the end: the client never finishes.
        while (true) {
            try {
                if (silent.getInputStream().read() < 0) {
                    break;
                }
            } catch (SocketException reset) {
                break;
            }
        }
    }

    @Test
    void bytesMayComeOneByOne() throws Exception {
        configure(listener("in", chain("clear", CLEAR, null)));
        Socket socket = connect("in");
        socket.setTcpNoDelay(true);
        for (byte b : "hello\n".getBytes(StandardCharsets.US_ASCII)) {
            socket.getOutputStream().write(b);
            socket.getOutputStream().flush();
        }
        assertThat(line(socket)).isEqualTo("clear [] hello");
    }

    @Test
    void missingSecretClosesTheConnectionAndNeverFallsBackToClearText() throws Exception {
        configure(listener("in", chain("tls", FilterChainMatch.ANY, mutual())));
        Socket socket = connect("in");
        socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(endOf(socket)).isEmpty();
    }

    @Test
    void rotatedCertificateIsServedToNewConnectionsWhileOldOnesStay() throws Exception {
        addSecrets();
        configure(listener("in", chain("tls", FilterChainMatch.ANY, optional())));
        SSLSocket before = secure(connect("in"), "a", "istio");
        assertThat(talk(before, "one\n")).isEqualTo("tls [] one");
        secrets.put("default", mesh.workload("default", "spiffe://cluster.local/ns/default/sa/new"));
        configure();
        SSLSocket after = secure(connect("in"), "a", "istio");
        assertThat(talk(before, "two\n")).isEqualTo("two");
        assertThat(identity(before)).endsWith("/sa/reviews");
        assertThat(identity(after)).endsWith("/sa/new");
    }

    private void addSecrets() {
        secrets.put("default", mesh.workload("default", "spiffe://cluster.local/ns/default/sa/reviews"));
        secrets.put("ROOTCA", mesh.roots("ROOTCA"));
    }

    private static DownstreamTls optional() {
        return new DownstreamTls(settings(), false);
    }

    private SSLSocket secure(Socket socket, String serverName, String... protocols) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(socket, serverName, 443, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private static String identity(SSLSocket socket) throws Exception {
        X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return String.valueOf(
                certificate.getSubjectAlternativeNames().iterator().next().get(1));
    }

    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
