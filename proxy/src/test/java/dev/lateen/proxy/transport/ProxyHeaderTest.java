package dev.lateen.proxy.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Cluster.ProxyProtocol;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Examples in the words of HAProxy's proxy-protocol.txt. */
class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private static byte[] header(ProxyProtocol version, String source, String destination) {
        return new ProxyHeader(version, new InetSocketAddress(source, 56324), new InetSocketAddress(destination, 443))
                .bytes();
    }

    private static String text(String source, String destination) {
        return new String(header(ProxyProtocol.V1, source, destination), StandardCharsets.US_ASCII);
    }

    private static String hex(String source, String destination) {
        return HexFormat.of().formatHex(header(ProxyProtocol.V2, source, destination));
    }

    @Test
    void versionOneIsALineOfText() {
        assertThat(text("192.168.0.1", "192.168.0.11")).isEqualTo("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");
        assertThat(text("2001:db8::1", "2001:db8::2")).isEqualTo("PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n");
    }

    @Test
    void versionTwoIsBinary() {
        assertThat(hex("192.168.0.1", "192.168.0.11"))
                .isEqualTo(SIGNATURE + "21" + "11" + "000c" + "c0a80001" + "c0a8000b" + "dc04" + "01bb");
        assertThat(hex("2001:db8::1", "2001:db8::2"))
                .isEqualTo(SIGNATURE + "21" + "21" + "0024" + "20010db8000000000000000000000001"
                        + "20010db8000000000000000000000002" + "dc04" + "01bb");
    }

    @Test
    void addressesOfTwoFamiliesAreUnknown() {
        assertThat(text("192.168.0.1", "::1")).isEqualTo("PROXY UNKNOWN\r\n");
        assertThat(hex("192.168.0.1", "::1")).isEqualTo(SIGNATURE + "21" + "00" + "0000");
    }
}
