package dev.lateen.install.image;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;

/**
 * The files of the image, in a directory that stands for its root: a Java runtime with nothing that no role needs, the jars, what each role starts with, and the
 * caches that make a start fast, made by that very runtime. There is no shell in it: a command is a file whose first line names the runtime.
 */
final class ImageTree {
    /** Where all of it is in the image. */
    static final String HOME = "/opt/lateen";

    /** Where what plays the samples is, in images that do. */
    static final String STAND_IN = HOME + "/stand-in";

    /** What the distribution's jars need of Java. */
    private static final String MODULES = "java.base,java.logging,java.management,java.naming,java.net.http,java.sql,"
            + "jdk.jfr,jdk.management,jdk.net,jdk.unsupported";

    /** Commands by Istio's names, for its templates call them, and ours; with the role whose flags and cache they run with. */
    private static final Map<String, String> COMMANDS =
            Map.of("pilot-agent", "proxy", "meshctl", "meshctl", "pilot-discovery", "istiod");

    private final Path root;
    private final ImageBootstrap own;
    private final Consumer<String> progress;

    /**
     * @param root an empty directory
     * @param own what it is made of
     */
    ImageTree(Path root, ImageBootstrap own, Consumer<String> progress) {
        this.root = root;
        this.own = own;
        this.progress = progress;
    }

    Path home() {
        return root.resolve(HOME.substring(1));
    }

    Path commands() {
        return root.resolve("usr/local/bin");
    }

    Path standIn() {
        return root.resolve(STAND_IN.substring(1));
    }

    /** Makes all of it; takes half a minute. */
    void make() throws InterruptedException {
        try {
            Files.createDirectories(home());
            Files.createDirectories(commands());
            RoleFlags proxy = RoleFlags.of(own.launcher(), own.dist(), "proxy");
            RoleFlags meshctl = RoleFlags.of(own.launcher(), own.dist(), "meshctl");
            RoleFlags istiod = RoleFlags.of(own.launcher(), own.dist(), "istiod");
            progress.accept("linking a Java runtime");
            link();
            copyJars(meshctl.jars(), proxy.jars());
            NativeLibraries.extract(home().resolve("lib"), home().resolve("native"), own.architecture());
            progress.accept("rehearsing a proxy's start");
            rehearse("pod", proxy, home().resolve("proxy.aot"));
            progress.accept("rehearsing a mesh's start");
            rehearse("meshctl", meshctl, home().resolve("meshctl.aot"));
            write(home().resolve("proxy.args"), arguments(proxy, HOME + "/proxy.aot", "Meshctl"));
            write(home().resolve("meshctl.args"), arguments(meshctl, HOME + "/meshctl.aot", "Meshctl"));
            write(home().resolve("istiod.args"), arguments(istiod, HOME + "/meshctl.aot", "Meshctl"));
            for (Map.Entry<String, String> command : COMMANDS.entrySet()) {
                command(commands().resolve(command.getKey()), HOME + "/" + command.getValue() + ".args");
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** Adds what plays the samples, after the rest is made. */
    void addStandIn() throws InterruptedException {
        try {
            Files.createDirectories(standIn());
            RoleFlags flags = RoleFlags.of(own.launcher(), own.dist(), "stand-in");
            progress.accept("rehearsing the samples' start");
            rehearse("stand-in", flags, standIn().resolve("cache.aot"));
            write(standIn().resolve("args"), arguments(flags, STAND_IN + "/cache.aot", "StandInProcess"));
            command(standIn().resolve("run"), STAND_IN + "/args");
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static CommandFailure unwritable(IOException e) {
        return new CommandFailure(
                CommandFailure.FAILED, "the image's files can't be written: " + e.getMessage() + ": " + IoReason.of(e));
    }

    private void link() {
        ToolProvider jlink = ToolProvider.findFirst("jlink")
                .orElseThrow(() -> new CommandFailure(
                        CommandFailure.FAILED, "this Java has no jlink: " + own.java() + " (expected: a whole JDK)"));
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int code = jlink.run(
                out,
                out,
                "--add-modules",
                MODULES,
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                "--vm",
                "server",
                "--output",
                home().resolve("jre").toString());
        if (code != 0) {
            throw new CommandFailure(
                    CommandFailure.FAILED, "jlink: " + said.toString().strip());
        }
    }

    /** With their times, by which a cache knows that they are those it was made with. */
    private void copyJars(List<String> all, List<String> more) throws IOException {
        Path to = Files.createDirectories(home().resolve("lib"));
        var names = new TreeSet<>(all);
        names.addAll(more);
        for (String name : names) {
            Files.copy(own.dist().resolve("lib").resolve(name), to.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    /** Runs a role once with the image's own runtime. A cache knows its class path by the end of it, so that it serves at another place. */
    private void rehearse(String role, RoleFlags flags, Path cache) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(home().resolve("jre/bin/java").toString());
        command.addAll(flags.options());
        command.add("-XX:AOTCacheOutput=" + cache);
        command.add("-cp");
        command.add(flags.classPath(home().resolve("lib").toString()));
        command.add("dev.lateen.install.Rehearsal");
        command.add(role);
        Path log = root.resolveSibling(root.getFileName() + "-" + role + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (process.waitFor() != 0 || !Files.isRegularFile(cache)) {
            // The JVM's own lines begin with a bracket.
            String why = Files.readString(log)
                    .lines()
                    .filter(line -> !line.startsWith("["))
                    .limit(3)
                    .collect(Collectors.joining("; "));
            throw new CommandFailure(CommandFailure.FAILED, "the image's runtime can't run a " + role + ": " + why);
        }
        Files.delete(log);
    }

    /** What a command of a role starts with; the script that the kernel puts before a command's words is passed over. */
    private static String arguments(RoleFlags flags, String cache, String mainClass) {
        List<String> lines = new ArrayList<>(flags.options());
        // A cache stands where it was made for, so that nothing in it is moved: moving makes its pages a process's own,
        // 15 MB for each pod of a node, where the
        // containers of one image could share them. It costs a start 30 ms, so that only pods have it.
        lines.add("-XX:+UnlockDiagnosticVMOptions");
        lines.add("-XX:ArchiveRelocationMode=0");
        lines.add("-Djava.library.path=" + HOME + "/native");
        lines.add("-XX:AOTCache=" + cache);
        lines.add("-Xlog:aot=off");
        lines.add("-Xlog:cds=off");
        lines.add("-Dlateen.script=true");
        lines.add("-cp");
        lines.add(flags.classPath(HOME + "/lib"));
        lines.add("dev.lateen.install." + mainClass);
        return String.join("\n", lines) + "\n";
    }

    private static void command(Path file, String arguments) throws IOException {
        write(file, "#!" + HOME + "/jre/bin/java @" + arguments + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
