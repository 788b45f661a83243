package dev.lateen.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.run.ConfigCheck;
import dev.lateen.install.run.RunBootstrap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class RunOptionsTest {
    @TempDir
    Path dir;

    @Command
    private static final class Host {
        @CommandLine.Mixin
        private RunOptions options = new RunOptions();
    }

    @Test
    void theDefaultsAreIstiosPortsOnThisMachineOnly() {
        RunBootstrap bootstrap = parse("--state", dir.toString());
        assertThat(bootstrap.addresses().grpc()).hasToString("127.0.0.1:15010");
        assertThat(bootstrap.addresses().secureGrpc()).hasToString("127.0.0.1:15012");
        assertThat(bootstrap.addresses().monitoring()).hasToString("127.0.0.1:15014");
        assertThat(bootstrap.addresses().https()).hasToString("127.0.0.1:15017");
        assertThat(bootstrap.gatewayPort()).isEmpty();
        assertThat(bootstrap.duration()).isEmpty();
        assertThat(bootstrap.podNetwork()).isEqualTo("127.1");
        assertThat(bootstrap.appNetwork()).isEqualTo("127.2");
    }

    @Test
    void everyOptionIsTaken() {
        RunBootstrap bootstrap = parse(
                "--state",
                dir.toString(),
                "--gateway-port",
                "9000",
                "--duration",
                "1m30s",
                "--grpcAddr",
                ":1",
                "--secureGRPCAddr",
                "127.0.0.2:2",
                "--monitoringAddr",
                "[::1]:3",
                "--httpsAddr",
                "127.0.0.1:4",
                "--pod-network",
                "127.7",
                "--app-network",
                "127.8");
        assertThat(bootstrap.gatewayPort()).hasValue(9000);
        assertThat(bootstrap.duration()).contains(Duration.ofSeconds(90));
        assertThat(bootstrap.addresses().grpc()).hasToString("0.0.0.0:1");
        assertThat(bootstrap.addresses().secureGrpc()).hasToString("127.0.0.2:2");
        assertThat(bootstrap.addresses().monitoring().host()).isEqualTo("::1");
        assertThat(bootstrap.podNetwork()).isEqualTo("127.7");
        assertThat(bootstrap.appNetwork()).isEqualTo("127.8");
    }

    @Test
    void wrongValuesAreNamedWithWhatIsExpected() {
        assertRefused("--duration", "soon", "--duration: soon (expected: a time such as 30s, 5m or 1h30m)");
        assertRefused("--duration", "-5s", "--duration: -5s (expected: a time such as 30s, 5m or 1h30m)");
        assertRefused("--gateway-port", "70000", "--gateway-port: 70000 (expected: a port from 1 to 65535)");
        assertRefused("--grpcAddr", "here", "--grpcAddr: here (expected: ADDRESS:PORT or :PORT)");
        assertRefused(
                "--pod-network",
                "10.1",
                "--pod-network: 10.1 (expected: 127 and a number from 1 to 255, such as 127.1)");
        assertRefused("--app-network", "127.1", "--app-network: 127.1 (expected: another than that of --pod-network)");
    }

    @Test
    void theDemosFilesAreGoodAndAUsersOwnAreKept() throws Exception {
        Path demo = dir.resolve("demo");
        new DemoFiles(demo).copyMissing();
        assertThat(ConfigCheck.of(List.of(demo), null).errors()).isEmpty();
        Files.writeString(demo.resolve("reviews.yaml"), "# mine\n");
        Files.delete(demo.resolve("security.yaml"));
        new DemoFiles(demo).copyMissing();
        assertThat(demo.resolve("reviews.yaml")).hasContent("# mine\n");
        assertThat(demo.resolve("security.yaml")).doesNotExist();
    }

    private void assertRefused(String option, String value, String message) {
        assertThatThrownBy(() -> parse("--state", dir.toString(), option + "=" + value))
                .isInstanceOf(CommandFailure.class)
                .hasMessage(message);
    }

    private static RunBootstrap parse(String... args) {
        Host host = new Host();
        new CommandLine(host).parseArgs(args);
        return host.options.bootstrap(List.of());
    }
}
