package dev.lateen.proxy.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {
    private static final Attributes REQUEST = (root, field) -> switch (root + "." + field) {
        case "request.method" -> "GET";
        case "request.path" -> "/api/v1/products?x=1";
        case "request.headers" -> (Attributes.Fields) Map.of("x-user", "jason")::get;
        case "response.code" -> 404L;
        case "connection.mtls" -> true;
        default -> null;
    };

    @ParameterizedTest
    @ValueSource(
            strings = {
                "response.code >= 400",
                "response.code >= 400 && response.code < 500 && request.method == 'GET'",
                "request.headers['x-user'] == \"jason\"",
                "has(request.headers['x-user']) && !has(request.headers['x-none'])",
                "request.path.startsWith('/api') || false",
                "request.path.matches('^/api/v[0-9]+/')",
                "matches(request.path, r'v\\d')",
                "request.method in ['GET', 'HEAD']",
                "'x-user' in request.headers",
                "connection.mtls",
                "response.code == 404 ? true : false",
                "request.headers['x-none'] == 'a' || response.code == 404",
                "!(request.headers['x-none'] == 'a' && false)",
                "1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 7 % 4 == 3 && -2 < 0",
                "size(request.method) == 3 && request.method.size() == 3",
                "string(response.code) == '404' && int('404') == response.code && 404.0 == response.code",
                "response.flags == 0 || true",
                "!has(response.flags)"
            })
    void whatIsTrue(String text) {
        assertThat(Expression.compile(text).isTrue(REQUEST)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "response.code < 400",
                "request.headers['x-none'] == 'a'",
                "!(request.headers['x-none'] == 'a')",
                "request.nothing == 1",
                "response.code == '404'",
                "request.method > 1",
                "1 / 0 == 1",
                "'text'",
                "request.method.matches(request.method + '(')"
            })
    void whatIsFalseOrHasNoValue(String text) {
        assertThat(Expression.compile(text).isTrue(REQUEST)).isFalse();
    }

    @Test
    void valuesAsTexts() {
        assertThat(Expression.compile("request.method + '-' + string(response.code)")
                        .textOf(REQUEST))
                .isEqualTo("GET-404");
        assertThat(Expression.compile("'prod'").textOf(REQUEST)).isEqualTo("prod");
        assertThat(Expression.compile("request.headers['x-none']").textOf(REQUEST))
                .isNull();
        assertThat(Expression.compile("request.headers").textOf(REQUEST)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "response.code >=",
                "(response.code",
                "'open",
                "a @ b",
                "a.b(c)",
                "unknown(1)",
                "[1, 2].all(x, x > 0)",
                "has()",
                "99999999999999999999",
                "matches(request.path, '(')",
                "a b"
            })
    void whatIsNoExpressionIsRefused(String text) {
        assertThatThrownBy(() -> Expression.compile(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void deepNestingIsRefusedAndNoStackOverflows() {
        String deep = "(".repeat(3000) + "1" + ")".repeat(3000);
        assertThatThrownBy(() -> Expression.compile(deep))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> Expression.compile("!".repeat(5000) + "true"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Expression.compile("a".repeat(10_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most");
    }
}
