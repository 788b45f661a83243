package dev.lateen.install.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnvoyCommandLineTest {
    private static final String PILOT_AGENT =
            "-c etc/istio/proxy/envoy-rev.json --drain-time-s 5 --drain-strategy immediate --local-address-ip-version"
                + " v4 --file-flush-interval-msec 1000 --disable-hot-restart --allow-unknown-static-fields -l warning"
                + " --component-log-level misc:error --skip-deprecated-logs --concurrency 1";

    @Test
    void whatPilotAgentSaysIsUnderstood() throws Exception {
        EnvoyCommandLine line = parse(PILOT_AGENT);
        assertThat(line.configPath()).isEqualTo(Path.of("etc/istio/proxy/envoy-rev.json"));
        assertThat(line.mode()).isEqualTo(EnvoyCommandLine.Mode.SERVE);
        assertThat(line.concurrency()).hasValue(1);
        assertThat(line.log().level()).isEqualTo("warning");
        assertThat(line.drainTime()).isEqualTo(Duration.ofSeconds(5));
        assertThat(line.allowUnknown()).isTrue();
        assertThat(line.withoutEffect())
                .containsExactlyInAnyOrder(
                        "--component-log-level",
                        "--disable-hot-restart",
                        "--drain-strategy",
                        "--file-flush-interval-msec",
                        "--local-address-ip-version",
                        "--skip-deprecated-logs");
    }

    @Test
    void anEqualsSignSeparatesAsASpaceDoes() throws Exception {
        List<String> joined = new ArrayList<>();
        for (String word : PILOT_AGENT
                .replace("-c ", "--config-path ")
                .replace("-l ", "--log-level ")
                .split(" ", -1)) {
            if (word.startsWith("--")) {
                joined.add(word);
            } else {
                joined.set(joined.size() - 1, joined.getLast() + "=" + word);
            }
        }
        assertThat(EnvoyCommandLine.parse(joined)).isEqualTo(parse(PILOT_AGENT));
    }

    @Test
    void optionsOfOlderAgentsAndOtherStartersAreTaken() throws Exception {
        EnvoyCommandLine line = parse(
                "--config-yaml {} --file-flush-min-size-kb 64 --enable-core-dump --restart-epoch 0 --base-id 3"
                    + " --parent-shutdown-time-s 60 --log-format %v --service-cluster c --service-node n"
                    + " --service-zone z --log-path /tmp/x --admin-address-path /tmp/y --max-obj-name-len 189 -l off");
        assertThat(line.configPath()).isNull();
        assertThat(line.configYaml()).isEqualTo("{}");
        assertThat(line.node()).isEqualTo(new EnvoyCommandLine.Node("n", "c", "z"));
        assertThat(line.log().path()).isEqualTo(Path.of("/tmp/x"));
        assertThat(line.concurrency()).isEmpty();
        assertThat(line.drainTime()).isEqualTo(Duration.ofSeconds(600));
        assertThat(parse("-c x --concurrency 0").concurrency()).hasValue(1);
        assertThat(parse("--version").mode()).isEqualTo(EnvoyCommandLine.Mode.VERSION);
        assertThat(parse("-h").mode()).isEqualTo(EnvoyCommandLine.Mode.HELP);
        assertThat(parse("-c x --mode validate").mode()).isEqualTo(EnvoyCommandLine.Mode.VALIDATE);
    }

    @Test
    void everyLevelOfEnvoyIsOne() throws Exception {
        for (String level : List.of("trace", "debug", "info", "warning", "warn", "error", "critical", "off")) {
            assertThat(parse("-c x -l " + level).log().level()).isEqualTo(level);
        }
    }

    @Test
    void whatEnvoyWouldNotTakeIsRefusedByItsName() {
        assertRefused("-c x --drain-tmie-s 5", "--drain-tmie-s: unknown option");
        assertRefused("-c x more", "more: unknown option");
        assertRefused("-c", "-c: no value");
        assertRefused("-c x --concurrency many", "--concurrency: many (expected: a whole number from 0 to");
        assertRefused("-c x --drain-time-s -1", "--drain-time-s: -1 (expected: a whole number");
        assertRefused("-c x --drain-strategy slow", "--drain-strategy: slow (expected: gradual or immediate)");
        assertRefused("-c x --local-address-ip-version v5", "--local-address-ip-version: v5 (expected: v4 or v6)");
        assertRefused("-c x -l loud", "--log-level: loud (expected: trace, debug, info, ");
        assertRefused("-c x --component-log-level misc", "--component-log-level: misc (expected: such as");
        assertRefused("-c x --component-log-level misc:loud", "--component-log-level: misc:loud (expected: a level of");
        assertRefused("-c x --mode run", "--mode: run (expected: serve, validate or init_only)");
        assertRefused("-c x -c y", "-c: given twice");
        assertRefused("-c x --disable-hot-restart=1", "--disable-hot-restart: a value, 1 (expected: none)");
        assertRefused(
                "--concurrency 1", "no configuration (expected: at least one of --config-path and --config-yaml)");
    }

    @Test
    void helpNamesEveryOption() {
        for (EnvoyOption option : EnvoyOption.values()) {
            assertThat(EnvoyHelp.text()).contains(option.flag());
        }
    }

    private static void assertRefused(String line, String message) {
        assertThatThrownBy(() -> parse(line))
                .isInstanceOf(EnvoyCommandLine.Wrong.class)
                .hasMessageStartingWith(message);
    }

    private static EnvoyCommandLine parse(String line) throws EnvoyCommandLine.Wrong {
        return EnvoyCommandLine.parse(List.of(line.split(" ", -1)));
    }
}
