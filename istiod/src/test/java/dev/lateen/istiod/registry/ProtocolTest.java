package dev.lateen.istiod.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which protocol a port is taken to speak. */
class ProtocolTest {
    @ParameterizedTest
    @CsvSource({
        "80, http, TCP, '', HTTP",
        "80, http-web, TCP, '', HTTP",
        "80, grpc-web, TCP, '', GRPC_WEB",
        "80, grpc-web-x, TCP, '', GRPC_WEB",
        "80, grpc-x, TCP, '', GRPC",
        "80, web, TCP, '', AUTO",
        "80, '', TCP, '', AUTO",
        "80, tcp, TCP, http, HTTP",
        "80, http, TCP, kubernetes.io/h2c, HTTP2",
        "80, http, TCP, kubernetes.io/wss, HTTPS",
        "3306, '', TCP, '', TCP",
        "3306, http, TCP, '', HTTP",
        "53, dns, UDP, '', UDP",
        "443, HTTPS-x, TCP, '', HTTPS"
    })
    void followsAppProtocolThenNameThenWellKnownPorts(
            int port, String name, String transport, String app, Protocol expected) {
        assertThat(Protocol.of(port, name, transport, app)).isEqualTo(expected);
    }
}
