package dev.lateen.install;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.install.failure.CommandFailure;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What starts a proxy by a bootstrap file, with and without the library that reads command lines. */
class ProxyCommandTest {
    private static String said(String... words) {
        StringWriter said = new StringWriter();
        PrintWriter err = new PrintWriter(said);
        assertThat(Meshctl.runAny(List.of(words), err, err)).isEqualTo(CommandFailure.BAD_INPUT);
        return said.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-c none.yaml", "-c none.yaml --concurrency 2 -l debug", "-l off -c none.yaml"})
    void whatIsUsualIsReadPlainly(String words) {
        assertThat(ProxyCommand.plain(List.of(words.split(" ")))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--concurrency 2",
                "-c",
                "-c -l",
                "-c a -c b",
                "-c a -l",
                "-c a --concurrency two",
                "-ca",
                "-c a --token file",
                "--config-path a",
                "-h"
            })
    void allElseIsLeftToTheLibrary(String words) {
        assertThat(ProxyCommand.plain(List.of(words.split(" ")))).isNull();
    }

    @Test
    void bothWaysSayTheSameOfWhatIsWrong() {
        assertThat(said("proxy", "-c", "none.yaml"))
                .isEqualTo(said("proxy", "--config-path", "none.yaml"))
                .isEqualTo("meshctl: none.yaml: no such file\n");
        assertThat(said("proxy", "-c", "none.yaml", "-l", "loud"))
                .isEqualTo(said("proxy", "--config-path=none.yaml", "-l", "loud"))
                .startsWith("meshctl: -l: loud (expected: trace");
        assertThat(said("proxy", "-c", "none.yaml", "--concurrency", "two")).contains("'two' is not an int");
    }
}
