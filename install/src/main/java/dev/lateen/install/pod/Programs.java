package dev.lateen.install.pod;

import java.io.IOException;
import java.util.List;

/** Programs of the container that change its network. */
@FunctionalInterface
public interface Programs {
    /**
     * Runs one to its end.
     *
     * @param command its name and arguments
     * @param input its standard input
     * @throws IOException if it can't be started
     */
    Outcome run(List<String> command, String input) throws IOException, InterruptedException;

    /** How it ended. @param output standard output and error together */
    record Outcome(int exitCode, String output) {
        boolean isGood() {
            return exitCode == 0;
        }
    }
}
