package dev.lateen.proxy.head;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.HttpConnectionManager.ForwardClientCert;

/** {@code X-Forwarded-Client-Cert}, by {@code forward_client_cert_details} (Envoy docs, "x-forwarded-client-cert"). */
final class ClientCertHeader {
    private static final String NAME = "x-forwarded-client-cert";

    private ClientCertHeader() {}

    static void apply(ConnectionFacts connection, HeaderMap headers, ForwardClientCert settings) {
        boolean mutual = connection.mutualTls();
        switch (settings.mode()) {
            case SANITIZE -> headers.remove(NAME);
            case ALWAYS_FORWARD_ONLY -> {}
            case FORWARD_ONLY -> {
                if (!mutual) {
                    headers.remove(NAME);
                }
            }
            case APPEND_FORWARD -> {
                if (mutual) {
                    CharSequence before = headers.getJoined(NAME);
                    String own = element(connection, settings);
                    headers.set(NAME, before == null || before.isEmpty() ? own : before + "," + own);
                } else {
                    headers.remove(NAME);
                }
            }
            case SANITIZE_SET -> {
                if (mutual) {
                    headers.set(NAME, element(connection, settings));
                } else {
                    headers.remove(NAME);
                }
            }
        }
    }

    private static String element(ConnectionFacts connection, ForwardClientCert settings) {
        TlsFacts tls = connection.tls();
        if (tls == null) {
            return "";
        }
        StringBuilder out = new StringBuilder(160);
        if (!tls.localUriSan().isEmpty()) {
            out.append("By=").append(tls.localUriSan()).append(';');
        }
        out.append("Hash=").append(tls.peerSha256());
        if (settings.cert()) {
            out.append(";Cert=\"").append(quoted(tls.peerPem())).append('"');
        }
        if (settings.subject()) {
            out.append(";Subject=\"")
                    .append(tls.peerSubject().replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
        if (settings.uri()) {
            if (tls.peerUriSans().isEmpty()) {
                out.append(";URI=");
            }
            tls.peerUriSans().forEach(uri -> out.append(";URI=").append(uri));
        }
        if (settings.dns()) {
            tls.peerDnsSans().forEach(dns -> out.append(";DNS=").append(dns));
        }
        return out.toString();
    }

    /** Of all that PEM is written with, Envoy escapes these. */
    private static String quoted(String pem) {
        return pem.replace("\n", "%0A")
                .replace(" ", "%20")
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
    }
}
