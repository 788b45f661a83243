package dev.lateen.proxy.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthorityTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '\'',
            value = {
                // authority host name port what stands behind the host
                "reviews reviews reviews -1 ''",
                "reviews:9080 reviews reviews 9080 :9080",
                "reviews: reviews reviews -1 :",
                "reviews:0 reviews reviews -1 :0",
                "reviews:65535 reviews reviews 65535 :65535",
                "reviews:65536 reviews reviews -1 :65536",
                "reviews:123456789012 reviews reviews -1 :123456789012",
                "reviews:x reviews:x reviews:x -1 ''",
                "10.0.0.1:80 10.0.0.1 10.0.0.1 80 :80",
                "[::1] [::1] ::1 -1 ''",
                "[::1]:80 [::1] ::1 80 :80",
                "[::1]: [::1] ::1 -1 :",
                "[::1 [::1 '' -1 ''",
                "::1 ::1 ::1 -1 ''",
                ":80 '' '' 80 :80",
                ": '' '' -1 :",
                "'' '' '' -1 ''",
            })
    void isTakenApartByOneRule(String text, String host, String name, int port, String portPart) {
        Authority authority = Authority.of(text);
        assertThat(authority.host()).isEqualTo(host);
        assertThat(authority.name()).isEqualTo(name);
        assertThat(authority.port()).isEqualTo(port);
        assertThat(authority.portPart()).isEqualTo(portPart);
        assertThat(authority).hasToString(text);
    }

    @Test
    void aHeadTakesItsAuthorityApartAnewWhenItIsAnother() {
        RequestHead head = new RequestHead("GET", "/", "a:1", "http", HttpProtocol.HTTP_1_1, new HeaderMap());
        assertThat(head.parsedAuthority()).isSameAs(head.parsedAuthority());
        head.authority("b:2");
        assertThat(head.parsedAuthority().host()).isEqualTo("b");
        assertThat(head.copy().parsedAuthority().port()).isEqualTo(2);
    }
}
