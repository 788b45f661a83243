package dev.lateen.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell launcher, with JDKs and a distribution that are only shells. */
class LauncherTest {
    private static final Path LAUNCHER =
            Path.of(System.getProperty("lateen.root", "..")).resolve("meshctl");

    @TempDir
    Path dir;

    private Path roots;

    @BeforeEach
    void aBuiltDistribution() throws IOException {
        roots = Files.createDirectories(dir.resolve("jvms"));
        Path lib = Files.createDirectories(dir.resolve("dist/lib"));
        for (String jar : List.of("install-1.jar", "istiod-1.jar", "proxy-1.jar", "kubernetes-model-1.jar")) {
            Files.createFile(lib.resolve(jar));
        }
        Files.createFile(dir.resolve("dist/built"));
    }

    @Test
    void theNewestJdkIsTakenWhenTheDefaultJavaIsOld() throws Exception {
        fakeJdk("a-17", "17.0.15");
        fakeJdk("b-25", "25.0.3");
        fakeJdk("c-26", "26-ea");
        assertThat(launch(Map.of(), "version").output()).startsWith("java of c-26");
    }

    @Test
    void javaHomeWinsWhenItIsNewEnough() throws Exception {
        Path chosen = fakeJdk("b-25", "25");
        fakeJdk("c-26", "26");
        assertThat(launch(Map.of("JAVA_HOME", chosen.toString()), "version").output())
                .startsWith("java of b-25");
    }

    @Test
    void anOldJavaHomeIsPassedOver() throws Exception {
        Path old = fakeJdk("a-8", "1.8.0_402");
        fakeJdk("b-25", "25.0.3");
        assertThat(launch(Map.of("JAVA_HOME", old.toString()), "version").output())
                .startsWith("java of b-25");
    }

    @Test
    void withoutAJdkOneSentenceSaysWhatIsMissing() throws Exception {
        fakeJdk("a-17", "17.0.15");
        Run run = launch(Map.of(), "version");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.output())
                .contains("JDK 25 or newer is needed", "the newest JDK found is 17", "JAVA_HOME")
                .hasLineCount(1);
    }

    @Test
    void aFolderWithoutReleaseFileIsNoJdk() throws Exception {
        Files.createDirectories(roots.resolve("empty/bin"));
        assertThat(launch(Map.of(), "version").output()).contains("no JDK was found");
    }

    @Test
    void argumentsReachTheMainClassUntouched() throws Exception {
        fakeJdk("b-25", "25");
        assertThat(launch(Map.of(), "run", "a b", "*", "--state", "x").output())
                .contains("dev.lateen.install.Meshctl [run] [a b] [*] [--state] [x]");
    }

    @Test
    void itWorksBehindSymbolicLinks() throws Exception {
        fakeJdk("b-25", "25");
        Path first = Files.createSymbolicLink(
                dir.resolve("first"), LAUNCHER.toAbsolutePath().normalize());
        Path second = Files.createSymbolicLink(
                dir.resolve("second"), Path.of(first.getFileName().toString()));
        assertThat(launch(second, Map.of(), "version").output()).startsWith("java of b-25");
    }

    @Test
    void aSidecarGetsASmallHeapAndNoKubernetesClient() throws Exception {
        fakeJdk("b-25", "25");
        String proxy = launch(Map.of(), "proxy", "-c", "x.yaml").output();
        assertThat(proxy)
                .contains("[-Xmx512m]", "[-XX:+UseSerialGC]", "proxy-1.jar")
                .doesNotContain("kubernetes-model-1.jar");
        assertThat(launch(Map.of(), "run", "x").output()).contains("kubernetes-model-1.jar");
    }

    @Test
    void envoysNameStartsASidecarFromAnywhere() throws Exception {
        fakeJdk("b-25", "25");
        Path elsewhere = Files.createDirectories(dir.resolve("usr/local/bin"));
        Path link = Files.createSymbolicLink(
                elsewhere.resolve("istio-envoy"),
                LAUNCHER.resolveSibling("envoy").toAbsolutePath().normalize());
        String started = launch(link, Map.of(), "-c", "etc/istio/proxy/envoy-rev.json", "--drain-time-s", "5")
                .output();
        assertThat(started)
                .contains(
                        "dev.lateen.install.Meshctl [envoy] [-c] [etc/istio/proxy/envoy-rev.json] [--drain-time-s] [5]")
                .contains("[-Xmx512m]")
                .doesNotContain("kubernetes-model-1.jar");
    }

    /** A cache that is made of half a rehearsal makes every start slower, and nobody would know. */
    @Test
    void aRehearsalThatFailsLeavesNoCacheAndIsNamed() throws Exception {
        Path home = fakeJdk("b-25", "25");
        script(home.resolve("bin/java"), """
            for a; do case $a in
            -XX:AOTCacheOutput=*) echo half >"${a#*=}" ;;
            dev.lateen.install.Rehearsal) echo "it did not start"; exit 1 ;;
            -XX:AOTCache=*) echo "with a cache" ;;
            esac; done
            echo started
            """);
        String output = launch(Map.of(), "proxy", "-c", "x.yaml").output();
        assertThat(output)
                .contains("no faster start was prepared: ", "proxy.rehearsal.log")
                .contains("started")
                .doesNotContain("with a cache");
        assertThat(dir.resolve("dist/proxy.rehearsal.log")).content().contains("it did not start");
        assertThat(dir.resolve("dist/proxy.aot.new")).doesNotExist();
    }

    /** The JVM takes the classes of a cache whose jars are others by now, if the class path is longer than its own. */
    @Test
    void aToolIsNotStartedWithTheCacheOfAnOlderBuild() throws Exception {
        fakeJdk("b-25", "25");
        Path cache = Files.writeString(dir.resolve("dist/meshctl.aot"), "classes");
        Instant built = Files.getLastModifiedTime(dir.resolve("dist/built")).toInstant();
        Files.setLastModifiedTime(cache, FileTime.from(built.plusSeconds(1)));
        assertThat(launch(Map.of(), "version").output()).contains("-XX:AOTCache=");
        Files.setLastModifiedTime(cache, FileTime.from(built.minusSeconds(1)));
        assertThat(launch(Map.of(), "version").output()).doesNotContain("-XX:AOTCache=");
    }

    private Path fakeJdk(String name, String version) throws IOException {
        Path home = roots.resolve(name);
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(
                java,
                "printf 'java of " + name
                        + "'\n"
                        + "for a; do case $a in dev.*) printf ' %s' \"$a\";; *) printf ' [%s]' \"$a\";; esac;"
                        + " done\n");
        return home;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Run(int exit, String output) {}

    private Run launch(Map<String, String> environment, String... arguments) throws Exception {
        return launch(LAUNCHER, environment, arguments);
    }

    private Run launch(Path launcher, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/bin/bash", launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("JAVA_HOME");
        builder.environment().put("PATH", toolsWithoutJava());
        builder.environment().put("MESHCTL_JDK_ROOTS", roots.toString());
        builder.environment().put("MESHCTL_DIST", dir.resolve("dist").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), output);
    }

    /** A PATH that has the tools a launcher needs and no Java. */
    private String toolsWithoutJava() throws IOException {
        Path tools = Files.createDirectories(dir.resolve("tools"));
        for (String tool : List.of("readlink", "dirname", "find", "mkdir", "cat", "rm", "mv")) {
            for (String bin : List.of("/usr/bin", "/bin")) {
                Path real = Path.of(bin, tool);
                if (Files.exists(real)) {
                    script(tools.resolve(tool), "exec " + real + " \"$@\"\n");
                }
            }
        }
        return tools.toString();
    }
}
