package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.run.ConfigCheck;
import dev.lateen.install.scratch.TemporaryFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "validate",
        description = "Check files of Kubernetes and Istio YAML: exit code 0 if they are good, 2 if not.",
        mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {
    private static final Path STANDARD_INPUT = Path.of("-");

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "PATH",
            description = "A file or directory, or - for standard input; may be repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--meshConfig",
            paramLabel = "FILE",
            description = "Mesh config as in Istio's ConfigMap, checked too (default: Istio's defaults).")
    private @Nullable Path meshConfig;

    @Parameters(paramLabel = "PATH", arity = "0..*", description = "More files and directories.")
    private List<Path> more = new ArrayList<>();

    @Override
    public Integer call() {
        List<Path> paths = new ArrayList<>(files);
        paths.addAll(more);
        if (paths.isEmpty() && meshConfig == null) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, "validate: no files given (expected: -f PATH)");
        }
        ConfigCheck.Findings findings =
                paths.contains(STANDARD_INPUT) ? withInput(paths) : ConfigCheck.of(paths, meshConfig);
        PrintWriter err = spec.commandLine().getErr();
        findings.errors().forEach(err::println);
        findings.warnings().forEach(err::println);
        if (!findings.errors().isEmpty()) {
            return CommandFailure.BAD_INPUT;
        }
        spec.commandLine().getOut().println("valid");
        return 0;
    }

    /** Checks what comes through standard input as a file of that name. */
    private ConfigCheck.Findings withInput(List<Path> paths) {
        Path directory = null;
        try {
            directory = Files.createTempDirectory("lateen-");
            Path input = directory.resolve("stdin.yaml");
            Files.write(input, System.in.readAllBytes());
            List<Path> all = new ArrayList<>(paths);
            all.replaceAll(path -> path.equals(STANDARD_INPUT) ? input : path);
            ConfigCheck.Findings findings =
                    ConfigCheck.of(all.stream().distinct().toList(), meshConfig);
            return new ConfigCheck.Findings(named(findings.errors(), input), named(findings.warnings(), input));
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.FAILED, "standard input can't be read: " + IoReason.of(e));
        } finally {
            if (directory != null) {
                TemporaryFiles.delete(directory);
            }
        }
    }

    private static List<String> named(List<String> lines, Path input) {
        return lines.stream()
                .map(line -> line.replace(input.toString(), "stdin"))
                .toList();
    }
}
