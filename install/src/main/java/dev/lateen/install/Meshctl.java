package dev.lateen.install;

import dev.lateen.api.Release;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.tools.OwnVersion;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line of the distribution. Only the command that is asked for is looked at: a sidecar must not pay at its start for the options of twenty
 * tools.
 */
@Command(
        name = "meshctl",
        description = "A service mesh with Istio's contracts: control plane, sidecars, gateways and tools.",
        versionProvider = Meshctl.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "meshctl help COMMAND tells more about one of them. To see a mesh at work: meshctl demo"})
public final class Meshctl {
    private Meshctl() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        LogManagerChoice.lasting();
        LoggingBootstrap.quiet();
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int exitCode = runAny(ScriptWords.of(args), out, err);
        out.flush();
        err.flush();
        System.exit(exitCode);
    }

    /** The command line of Envoy is not ours: it has no commands, and other exit codes. That of a pod's proxy is short. */
    static int runAny(List<String> args, PrintWriter out, PrintWriter err) {
        Callable<Integer> proxy = plainProxy(args);
        if (proxy != null) {
            return serve(proxy, err);
        }
        boolean version = args.size() == 1 && (args.getFirst().equals("version") || isVersion(args.getFirst()));
        if (version && !reachesClusters()) {
            out.print(OwnVersion.line());
            return 0;
        }
        if (args.isEmpty() || !args.getFirst().equals("envoy")) {
            return run(args, out, err);
        }
        try {
            return new EnvoyCommand(out, err).run(args.subList(1, args.size()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CommandFailure.FAILED;
        }
    }

    /** A proxy whose command line can be read without picocli; null for all else. */
    private static @Nullable Callable<Integer> plainProxy(List<String> args) {
        if (args.isEmpty() || !args.getFirst().equals("proxy")) {
            return null;
        }
        List<String> words = args.subList(1, args.size());
        return Commands.isInPod(args) ? PodProxyCommand.plain(words) : ProxyCommand.plain(words);
    }

    /** A pod's proxy has no client of clusters among its jars: it tells what it is itself, as Istio's agent does. */
    private static boolean reachesClusters() {
        return Meshctl.class.getResource("/io/fabric8/kubernetes/client/Config.class") != null;
    }

    private static int serve(Callable<Integer> proxy, PrintWriter err) {
        try {
            return proxy.call();
        } catch (CommandFailure failure) {
            err.println("meshctl: " + failure.getMessage());
            return failure.exitCode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CommandFailure.FAILED;
        } catch (Exception e) {
            // As picocli would: with all of the stack, for it is a fault of ours.
            e.printStackTrace(err);
            return CommandFailure.FAILED;
        }
    }

    /** Runs one command and answers its exit code: 0, 1 if it failed, 2 if it was asked wrongly. */
    static int run(List<String> typed, PrintWriter out, PrintWriter err) {
        List<String> args = Commands.plain(typed);
        List<String> given = args.isEmpty() || isHelp(args.getFirst()) ? helpFor(args) : args;
        if (isVersion(given.getFirst())) {
            given = List.of("version");
        }
        CommandLine line = new CommandLine(new Meshctl());
        Commands.addNeeded(line, given);
        line.setOut(out).setErr(err);
        line.setParameterExceptionHandler(Meshctl::wrongUse);
        line.setExecutionExceptionHandler(Meshctl::failed);
        line.setUsageHelpAutoWidth(true);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line.execute(given.toArray(String[]::new));
    }

    private static boolean isVersion(String word) {
        return word.equals("-V") || word.equals("--version");
    }

    private static boolean isHelp(String word) {
        return word.equals("-h") || word.equals("--help") || word.equals("help");
    }

    private static List<String> helpFor(List<String> args) {
        return args.size() > 1 && !args.get(1).startsWith("-") ? List.of(args.get(1), "--help") : List.of("help");
    }

    private static int wrongUse(ParameterException problem, String[] args) {
        CommandLine command = problem.getCommandLine();
        PrintWriter err = command.getErr();
        boolean unknownCommand =
                command.getParent() == null && args.length > 0 && !Commands.isKnown(Commands.named(args[0]));
        if (unknownCommand) {
            err.println("meshctl: " + args[0] + ": unknown command (expected: "
                    + Nearest.hint(args[0], Commands.names()) + String.join(", ", Commands.names()) + ")");
        } else {
            err.println("meshctl: " + sentence(problem));
            err.println("meshctl help " + command.getCommandName() + " tells what it takes");
        }
        return CommandFailure.BAD_INPUT;
    }

    private static String sentence(ParameterException problem) {
        if (problem instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()) {
            String option = unmatched.getUnmatched().getFirst();
            List<String> known = problem.getCommandLine().getCommandSpec().options().stream()
                    .filter(each -> !each.hidden())
                    .map(each -> each.longestName())
                    .sorted()
                    .toList();
            String name = option.contains("=") ? option.substring(0, option.indexOf('=')) : option;
            return name + ": unknown option (expected: " + Nearest.hint(name, known) + String.join(", ", known) + ")";
        }
        return String.valueOf(problem.getMessage());
    }

    private static int failed(Exception problem, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (problem instanceof CommandFailure failure) {
            command.getErr().println("meshctl: " + failure.getMessage());
            return failure.exitCode();
        }
        throw problem;
    }

    /** What {@code meshctl version} and {@code --version} print. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"meshctl " + Release.VERSION};
        }
    }
}
