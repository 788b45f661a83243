package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.Release;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The image of every role: unpacked as a container runtime does it, and its commands run in it. */
class ImageTest {
    private static final String NAME = "lab.local/lateen:test";
    private static final String HELLO = "registry.istio.io/release/examples-helloworld-v2:1.0";
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private static Path directory;

    private static JsonNode config = JSON.createObjectNode();
    private static JsonNode helloConfig = JSON.createObjectNode();

    @BeforeAll
    static void buildIt() throws Exception {
        Path rootfs = Files.createDirectories(directory.resolve("base/etc"));
        Files.writeString(rootfs.resolve("os-release"), "NAME=base\n");
        Path base = directory.resolve("base.tar");
        run("tar", "-cf", base.toString(), "-C", directory.resolve("base").toString(), ".");
        Path tar = directory.resolve("image.tar");
        try (Running meshctl = Running.meshctl(
                "image", "build", "--base", "rootfs:" + base, "--tag", NAME, "--stand-in", HELLO, "--output", tar)) {
            assertThat(meshctl.awaitExit(Duration.ofMinutes(4)))
                    .as(meshctl.output())
                    .isZero();
            assertThat(meshctl.output()).contains(NAME + " sha256:");
        }
        Path blobs = Files.createDirectories(directory.resolve("image"));
        try (InputStream in = Files.newInputStream(tar)) {
            unpack(in, blobs);
        }
        JsonNode index = JSON.readTree(blobs.resolve("index.json"));
        config = unpackImage(blobs, index, NAME, root());
        helloConfig = unpackImage(blobs, index, HELLO, Files.createDirectories(directory.resolve("hello")));
    }

    /** Its configuration. */
    private static JsonNode unpackImage(Path blobs, JsonNode index, String name, Path to) throws IOException {
        JsonNode descriptor = index.path("manifests")
                .valueStream()
                .filter(each -> each.path("annotations")
                        .path("io.containerd.image.name")
                        .asString("")
                        .equals(name))
                .findFirst()
                .orElseThrow();
        JsonNode manifest = JSON.readTree(blob(blobs, descriptor));
        for (JsonNode layer : manifest.path("layers")) {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(blob(blobs, layer)))) {
                unpack(in, to);
            }
        }
        return JSON.readTree(blob(blobs, manifest.path("config")));
    }

    private static Path root() throws IOException {
        return Files.createDirectories(directory.resolve("root"));
    }

    private static Path blob(Path blobs, JsonNode descriptor) {
        return blobs.resolve("blobs")
                .resolve(descriptor.path("digest").asString().replace(':', '/'));
    }

    /** With times and rights, as they decide whether a command runs and whether a cache is good. */
    private static void unpack(InputStream in, Path to) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(in);
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            Path file = to.resolve(entry.getName()).normalize();
            if (entry.isDirectory()) {
                Files.createDirectories(file);
                continue;
            }
            Files.createDirectories(file.getParent());
            Files.write(file, tar.readAllBytes());
            boolean executable = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
            Files.setLastModifiedTime(
                    file, FileTime.from(entry.getLastModifiedTime().toInstant()));
        }
    }

    private static void run(String... command) throws Exception {
        try (Running running = Running.start(command[0], List.of(command), Map.of())) {
            assertThat(running.awaitExit(Duration.ofMinutes(1)))
                    .as(running.output())
                    .isZero();
        }
    }

    /** Runs a command in it, as a container would: with the image's home where it is to be. */
    private static String inIt(String variables, String command) throws Exception {
        try (Running running = start(root(), variables, root() + "/usr/local/bin/" + command)) {
            running.awaitExit(Duration.ofMinutes(1));
            return running.output();
        }
    }

    private static Running start(Path root, String variables, String command) throws Exception {
        Peers.interception();
        String script = "mount -t tmpfs none /opt && mkdir /opt/lateen && mount --bind " + root
                + "/opt/lateen /opt/lateen && " + variables + " exec " + command;
        return Running.start(command, List.of("unshare", "-m", "-n", "sh", "-c", script), Map.of());
    }

    @Test
    void itRunsAsNobodyInParticularAndStartsAProxyUnlessToldOtherwise() {
        assertThat(config.path("config").path("User").asString()).isEqualTo("1337:1337");
        assertThat(config.path("config").path("Entrypoint").toString()).isEqualTo("[\"/usr/local/bin/pilot-agent\"]");
        assertThat(config.path("os").asString()).isEqualTo("linux");
    }

    @Test
    void itStandsOnItsBase() throws IOException {
        assertThat(root().resolve("etc/os-release")).hasContent("NAME=base\n");
    }

    @Test
    void thereIsNoShellNoCompilerAndNothingThatOnlyMakesImages() throws IOException {
        assertThat(root().resolve("bin/sh")).doesNotExist();
        assertThat(root().resolve("opt/lateen/jre/bin/javac")).doesNotExist();
        try (var jars = Files.list(root().resolve("opt/lateen/lib"))) {
            assertThat(jars.map(jar -> String.valueOf(jar.getFileName())))
                    .anyMatch(name -> name.startsWith("proxy-"))
                    .noneMatch(name -> name.startsWith("jib-"));
        }
    }

    @Test
    void everyCommandRunsWithTheCacheThatMakesItFast() throws Exception {
        for (String command : List.of("pilot-agent", "pilot-discovery", "meshctl")) {
            assertThat(Files.isExecutable(root().resolve("usr/local/bin").resolve(command)))
                    .isTrue();
            // With AOTMode=on the JVM refuses to start without its cache.
            assertThat(inIt("JDK_JAVA_OPTIONS=-XX:AOTMode=on", command + " version"))
                    .as(command)
                    .contains("meshctl " + Release.VERSION)
                    .doesNotContain("Unable to use");
        }
    }

    /** Its user is none whose traffic a sidecar lets pass. */
    @Test
    void aStandInPlaysItsSampleWithItsOwnCacheAndEndsInOrder() throws Exception {
        assertThat(helloConfig.path("config").path("User").asString()).isEqualTo("1000:1000");
        assertThat(helloConfig.path("config").path("Entrypoint").toString())
                .isEqualTo("[\"/opt/lateen/stand-in/run\",\"" + HELLO + "\"]");
        try (Running hello = start(
                directory.resolve("hello"), "JDK_JAVA_OPTIONS=-XX:AOTMode=on", "/opt/lateen/stand-in/run " + HELLO)) {
            hello.awaitOutput(
                    Duration.ofMinutes(1), said -> said.contains("stand-in helloworld-v2: listens on [5000]"));
            hello.terminate();
            assertThat(hello.awaitExit(Duration.ofMinutes(1)))
                    .as(hello.output())
                    .isZero();
            assertThat(hello.output()).contains("stand-in helloworld-v2: ends");
        }
    }

    @Test
    void theMeshsOwnImageHasNoStandIn() throws IOException {
        assertThat(root().resolve("opt/lateen/stand-in")).doesNotExist();
    }

    /** Redirected connections need them, and a container's root is read-only. */
    @Test
    void nothingHasToBeUnpackedBeforeItRuns() throws Exception {
        try (var libraries = Files.list(root().resolve("opt/lateen/native"))) {
            assertThat(libraries.map(file -> String.valueOf(file.getFileName())))
                    .anyMatch(name -> name.startsWith("libnetty_transport_native_epoll_"))
                    .anyMatch(name -> name.startsWith("libnetty_tcnative_linux_"));
        }
        assertThat(root().resolve("opt/lateen/proxy.args"))
                .content()
                .contains("-Djava.library.path=/opt/lateen/native");
    }

    @Test
    void aProxyInItSaysWhatIsWrongWithItsBootstrap() throws Exception {
        assertThat(inIt("", "pilot-agent proxy -c /nowhere.yaml")).contains("meshctl: /nowhere.yaml: no such file");
        assertThat(Files.exists(root().resolve("opt/lateen/proxy.aot"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
    }
}
