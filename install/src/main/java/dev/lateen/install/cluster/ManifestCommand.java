package dev.lateen.install.cluster;

import dev.lateen.install.command.CommandGroup;
import dev.lateen.install.manifest.InstallManifest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code meshctl manifest generate}: what {@code install} applies, as YAML. */
@Command(
        name = "manifest",
        description = "Tell what an installation consists of.",
        mixinStandardHelpOptions = true,
        subcommands = ManifestCommand.Generate.class)
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
}
