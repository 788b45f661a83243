package dev.lateen.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodProxyCommandTest {
    private static @Nullable PodProxyCommand plain(String... more) {
        List<String> words = new ArrayList<>(List.of("sidecar"));
        words.addAll(List.of(more));
        return PodProxyCommand.plain(words);
    }

    /** What Istio's template passes is not worth a library. */
    @Test
    void theTemplatesWordsArePlain() {
        assertThat(plain(
                        "--domain",
                        "shop.svc.cluster.local",
                        "--proxyLogLevel=warning",
                        "--proxyComponentLogLevel=misc:error",
                        "--log_output_level=default:info",
                        "--concurrency",
                        "2"))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "-h",
                "--version",
                "--domain",
                "--domain=-x",
                "--domain --concurrency",
                "--domain=a --domain=b",
                "--concurrency=two",
                "@file",
                "--"
            })
    void whatIsNotPlainlyRightIsReadByPicocli(String words) {
        assertThat(plain(words.split(" "))).isNull();
    }

    /** Both readers lead to the same refusal. */
    @Test
    void wrongLevelsAreRefusedAlike() {
        StringWriter said = new StringWriter();
        PrintWriter err = new PrintWriter(said, true);
        int code = Meshctl.run(List.of("proxy", "sidecar", "--proxyLogLevel=loud"), err, err);
        String message =
                "meshctl: --proxyLogLevel: loud (expected: trace, debug, info, warning, error, critical or off)";
        assertThat(code).isEqualTo(2);
        assertThat(said.toString()).contains(message);
        StringWriter plainly = new StringWriter();
        assertThat(Meshctl.runAny(
                        List.of("proxy", "sidecar", "--proxyLogLevel=loud"), err, new PrintWriter(plainly, true)))
                .isEqualTo(2);
        assertThat(plainly.toString()).contains(message);
    }
}
