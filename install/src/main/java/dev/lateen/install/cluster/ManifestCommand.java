package dev.lateen.install.cluster;

import dev.lateen.install.chart.Distribution;
import dev.lateen.install.command.CommandGroup;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.manifest.InstallManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code meshctl manifest}: what {@code install} applies, as YAML, as Helm charts, and as a kustomize base. */
@Command(
        name = "manifest",
        description = "Tell what an installation consists of.",
        mixinStandardHelpOptions = true,
        subcommands = {ManifestCommand.Generate.class, ManifestCommand.Chart.class, ManifestCommand.Kustomize.class})
public final class ManifestCommand extends CommandGroup {

    /** Needs no cluster. */
    @Command(name = "generate", description = "Print all objects of an installation.", mixinStandardHelpOptions = true)
    static final class Generate implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private ValuesOptions values = new ValuesOptions();

        @Override
        public Integer call() {
            InstallManifest manifest = values.manifest();
            manifest.withoutEffect()
                    .forEach(path -> spec.commandLine().getErr().println("warning: " + path + ": has no effect here"));
            spec.commandLine().getOut().print(manifest.yaml());
            spec.commandLine().getOut().flush();
            return 0;
        }
    }

    /** Needs no cluster. */
    @Command(
            name = "chart",
            description = "Write Helm charts with Istio's names: base, istiod, gateway.",
            mixinStandardHelpOptions = true)
    static final class Chart implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "DIR", description = "Where to; a folder for each chart is made in it.")
        private Path directory = Path.of("");

        @Override
        public Integer call() {
            write(directory, Distribution.charts());
            spec.commandLine()
                    .getOut()
                    .println("written: helm install istiod " + directory.resolve("istiod")
                            + " -n istio-system --create-namespace, after base, and before gateway");
            return 0;
        }
    }

    /** Needs no cluster. */
    @Command(
            name = "kustomize",
            description = "Write a kustomize base: a file for each object of an installation.",
            mixinStandardHelpOptions = true)
    static final class Kustomize implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private ValuesOptions values = new ValuesOptions();

        @Parameters(paramLabel = "DIR", description = "Where to.")
        private Path directory = Path.of("");

        @Override
        public Integer call() {
            InstallManifest manifest = values.manifest();
            manifest.withoutEffect()
                    .forEach(path -> spec.commandLine().getErr().println("warning: " + path + ": has no effect here"));
            write(directory, Distribution.kustomization(manifest));
            spec.commandLine().getOut().println("written: kubectl apply --server-side -k " + directory);
            return 0;
        }
    }

    private static void write(Path directory, Map<String, String> files) {
        try {
            for (Map.Entry<String, String> file : files.entrySet()) {
                Path path = directory.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.FAILED, directory + ": can't be written: " + IoReason.of(e));
        }
    }
}
