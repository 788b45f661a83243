package dev.lateen.proxy.head;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.HttpConnectionManager.ForwardClientCert;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientCertHeaderTest {
    private static final String PEM = "-----BEGIN CERTIFICATE-----\na+/b=\n-----END CERTIFICATE-----\n";

    @Test
    void aGatewayTellsTheWholeCertificateOfItsClient() {
        HeaderMap headers = new HeaderMap();
        headers.add("x-forwarded-client-cert", "Hash=made-up");
        ClientCertHeader.apply(
                connection(),
                headers,
                new ForwardClientCert(ForwardClientCert.Mode.SANITIZE_SET, true, true, false, true, true));
        assertThat(String.valueOf(headers.get("x-forwarded-client-cert")))
                .isEqualTo(
                        "Hash=ab12;Cert=\"-----BEGIN%20CERTIFICATE-----%0Aa%2B%2Fb%3D%0A-----END%20CERTIFICATE-----%0A\";"
                            + "Subject=\"CN=client\";URI=spiffe://x/client;DNS=client.example.com");
    }

    private static ConnectionFacts connection() {
        TlsFacts tls = new TlsFacts(
                "TLSv1.3",
                "TLS_AES_128_GCM_SHA256",
                "h2",
                List.of("spiffe://x/client"),
                List.of("client.example.com"),
                "CN=client",
                "ab12",
                PEM,
                "");
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 1);
        return new ConnectionFacts(1, any, any, false, false, "", tls);
    }
}
