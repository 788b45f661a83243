package dev.lateen.install;

import dev.lateen.install.run.ConfigCheck;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "PATH",
            description = "A file or directory; may be repeated.")
    private List<Path> files = new ArrayList<>();

    @Parameters(paramLabel = "PATH", arity = "0..*", description = "More files and directories.")
    private List<Path> more = new ArrayList<>();

    @Override
    public Integer call() {
        List<Path> paths = new ArrayList<>(files);
        paths.addAll(more);
        if (paths.isEmpty()) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, "validate: no files given (expected: -f PATH)");
        }
        ConfigCheck.Findings findings = ConfigCheck.of(paths);
        PrintWriter err = spec.commandLine().getErr();
        findings.errors().forEach(err::println);
        findings.warnings().forEach(err::println);
        if (!findings.errors().isEmpty()) {
            return CommandFailure.BAD_INPUT;
        }
        spec.commandLine().getOut().println("valid");
        return 0;
    }
}
