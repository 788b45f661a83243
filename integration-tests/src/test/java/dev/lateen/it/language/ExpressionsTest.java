package dev.lateen.it.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.proxy.expression.Expression;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What validation says of a CEL text is what the proxy will make of it. */
class ExpressionsTest {
    private static final List<String> GOOD = List.of(
            "response.code >= 400",
            "response.code >= 400 && (connection.mtls || request.url_path.contains('v1beta3'))",
            "!has(response.code)",
            "has(request.headers['x-a']) ? request.headers['x-a'] : 'none'",
            "request.url_path.matches('^/v[0-9]+')",
            "request.method in ['GET', \"POST\"]",
            "-1 + 2u * 3.5 % 2 - size([1, 2]) < 1",
            "r'\\d' == 'it\\'s'",
            "a.b[c.d][0].e",
            "duration('1s') > duration('2s') // longer",
            "0x1f + .5e3 < 1u || '''it's''' == a.b",
            "'" + "a".repeat(8190) + "'");
    private static final List<String> BAD = List.of(
            "response.code >=",
            "(a",
            "a b",
            "'not ended",
            "[1, 2].exists(x, x > 1)",
            "noSuch('1s') > 2",
            "a.startsWith('b'",
            "matches(a, '(')",
            "a ? b",
            "a = b",
            "{'a': 1}",
            "1.2.3",
            "#",
            "(".repeat(70) + "a" + ")".repeat(70),
            "'" + "a".repeat(8191) + "'");

    @Test
    void whatTheProxyTakesIsNotNamed() {
        for (String text : GOOD) {
            Expression.compile(text);
            assertThat(warnings(text)).as(text).isEmpty();
        }
    }

    @Test
    void whatTheProxyDoesNotTakeIsNamed() {
        for (String text : BAD) {
            assertThat(takes(text)).as(text).isFalse();
            assertThat(warnings(text)).as(text).hasSize(1);
        }
    }

    private static boolean takes(String text) {
        try {
            Expression.compile(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static List<String> warnings(String text) {
        String quoted = text.replace("\\", "\\\\").replace("\"", "\\\"");
        Reading reading = new ResourceReader().read("a.yaml", """
            apiVersion: telemetry.istio.io/v1
            kind: Telemetry
            metadata: {name: t}
            spec: {accessLogging: [{filter: {expression: "%s"}}]}
            """.formatted(quoted));
        assertThat(reading.accepted()).isTrue();
        return reading.problems().stream().map(p -> p.toString()).toList();
    }
}
