package dev.lateen.proxy.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IpLiteralTest {
    @Test
    void whatIsWrittenAsAnAddressIsOne() {
        assertThat(text("10.1.2.3")).isEqualTo("10.1.2.3");
        assertThat(text("[2001:db8::1]")).isEqualTo("2001:db8:0:0:0:0:0:1");
        assertThat(text("fe80::1%eth9")).isEqualTo("fe80:0:0:0:0:0:0:1");
        assertThat(text("::ffff:10.0.0.1")).isEqualTo("10.0.0.1");
    }

    @Test
    void whatTheJdkWouldStretchIntoAnAddressIsNone() {
        for (String no :
                List.of("", "1", "1.2", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.", ".1.2.3", "0x7f.0.0.1", "a")) {
            assertThat(text(no)).as(no).isNull();
        }
        for (String no : List.of(":", "1:2", "2001:db8::1::", "[::1", "::1]", "10.0.0.1:80", "[10.0.0.1]")) {
            assertThat(text(no)).as(no).isNull();
        }
    }

    /** What codecs read by Netty's reader is read alike here. */
    @Test
    void strangeTextsAreReadAsNettyReadsThem() throws UnknownHostException {
        SplittableRandom random = new SplittableRandom(11);
        int addresses = 0;
        for (int i = 0; i < 200_000; i++) {
            String letters = i % 2 == 0 ? "0123456789..." : "0123456789:::f";
            StringBuilder made = new StringBuilder();
            int length = 2 + random.nextInt(14);
            for (int n = 0; n < length; n++) {
                made.append(letters.charAt(random.nextInt(letters.length())));
            }
            byte[] bytes = NetUtil.createByteArrayFromIpAddressString(made.toString());
            String expected =
                    bytes == null ? null : InetAddress.getByAddress(bytes).getHostAddress();
            assertThat(text(made.toString())).as(made.toString()).isEqualTo(expected);
            addresses += bytes == null ? 0 : 1;
        }
        assertThat(addresses).isGreaterThan(50);
    }

    private static @Nullable String text(String written) {
        InetAddress address = IpLiteral.parse(written);
        return address == null ? null : address.getHostAddress();
    }
}
