package dev.lateen.proxy.head;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every line was compared with Envoy 1.40. */
class PathNormalizerTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/a /a",
                "/a/../b /b",
                "/a/b/../../.. /",
                "/a/.%2e/b /b",
                "/%2e/a /a",
                "/a//../b /a/b",
                "/a\\\\b /a/b",
                "/%41%2d%7E /A-~",
                "/a%2Fb%5c /a%2Fb%5c",
                "/a%zz /a%zz",
                "/a% /a%",
                "/a%4 /a%4",
                "/<>^`{|} /%3C%3E%5E%60%7B%7C%7D",
                "/a?x=/../y&<> /a?x=/../y&<>",
                "/!$&()*+,;:=@[] /!$&()*+,;:=@[]",
            })
    void spellingsOfOnePathBecomeTheSame(String path, String normal) {
        assertThat(PathNormalizer.normalize(path.replace("\\\\", "\\"))).isEqualTo(normal);
    }

    @ParameterizedTest
    @CsvSource({"/%00", "/a%00b/../c"})
    void aPathWithNulIsNone(String path) {
        assertThat(PathNormalizer.normalize(path)).isEmpty();
    }
}
