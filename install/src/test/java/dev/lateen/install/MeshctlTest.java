package dev.lateen.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshctlTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void versionNamesTheContractsItKeeps() {
        assertThat(meshctl("version", "--remote=false")).isZero();
        assertThat(out.toString())
                .startsWith("meshctl 0.1.0 (Istio 1.31.0, Java ")
                .hasLineCount(1);
    }

    @Test
    void helpListsEveryCommand() {
        assertThat(meshctl("help")).isZero();
        assertThat(out.toString()).contains(Commands.names());
    }

    @Test
    void nothingAskedIsHelp() {
        assertThat(meshctl()).isZero();
        assertThat(out.toString()).contains("COMMAND", "version");
    }

    @Test
    void helpOfOneCommandIsItsUsage() {
        assertThat(meshctl("help", "version")).isZero();
        assertThat(out.toString()).contains("meshctl version");
    }

    @Test
    void anUnknownCommandIsNamedWithThoseThatExist() {
        assertThat(meshctl("runn")).isEqualTo(2);
        assertThat(err.toString()).contains("runn: unknown command", "version").hasLineCount(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void anUnknownOptionIsNamed() {
        assertThat(meshctl("version", "--nope")).isEqualTo(2);
        assertThat(err.toString()).contains("--nope", "meshctl help version");
    }

    @Test
    void whatIsNearlyRightIsGuessed() {
        meshctl("runn");
        assertThat(err.toString()).contains("(expected: 'run'? one of demo, run");
        meshctl("run", "--duraton", "5s", "x");
        assertThat(err.toString()).contains("--duraton: unknown option (expected: '--duration'? one of ");
    }

    @Test
    void istioctlsShortNamesAndVersionFlagAreKnown() {
        assertThat(meshctl("ps", "--help")).isZero();
        assertThat(out.toString()).contains("proxy-status");
        assertThat(meshctl("--version")).isZero();
        assertThat(out.toString()).contains("meshctl 0.");
    }

    @Test
    void aMeshConfigIsCheckedByItselfAndWithFiles(@TempDir Path directory) throws IOException {
        Path good = Files.writeString(directory.resolve("good.yaml"), "accessLogFile: /dev/stdout\n");
        assertThat(meshctl("validate", "--meshConfig", good.toString())).isZero();
        assertThat(out.toString()).contains("valid");

        Path doubtful = Files.writeString(directory.resolve("doubtful.yaml"), "inboundClusterStatName: x\n");
        assertThat(meshctl("validate", "--meshConfig", doubtful.toString())).isZero();
        assertThat(err.toString()).contains("MeshConfig: inboundClusterStatName: has no effect in this version");

        Path bad = Files.writeString(directory.resolve("bad.yaml"), "defaultConfig: {drainDuration: soon}\n");
        Path service = Files.writeString(
                directory.resolve("service.yaml"), "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {}\n");
        assertThat(meshctl("validate", "-f", service.toString(), "--meshConfig", bad.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("bad.yaml", "defaultConfig.drainDuration", "soon");

        Path absent = directory.resolve("absent.yaml");
        assertThat(meshctl("validate", "--meshConfig", absent.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("absent.yaml");
    }

    private int meshctl(String... args) {
        return Meshctl.run(List.of(args), new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
