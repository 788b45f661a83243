package dev.lateen.install;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "help", description = "Tell what meshctl, or one of its commands, can do.")
final class HelpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var parent = spec.commandLine().getParent();
        parent.usage(spec.commandLine().getOut());
        return 0;
    }
}
