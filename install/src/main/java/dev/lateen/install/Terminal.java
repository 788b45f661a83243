package dev.lateen.install;

import dev.lateen.install.run.MeshLog;
import java.io.Console;
import java.io.PrintWriter;

/** What a running mesh prints: on a terminal the steps of the start overwrite each other, elsewhere they are not shown one by one. */
final class Terminal implements MeshLog {
    private static final String ERASE_LINE = "\r\u001b[2K";

    private final PrintWriter out;
    private final boolean interactive;
    private String shown = "";

    Terminal(PrintWriter out, boolean interactive) {
        this.out = out;
        this.interactive = interactive;
    }

    /** Whether somebody watches: standard output is a terminal. */
    @SuppressWarnings("SystemConsoleNull") // on Java 25 it is null again where there is no terminal
    static boolean isInteractive() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public synchronized void progress(String line) {
        if (interactive && !line.equals(shown)) {
            out.print(ERASE_LINE + line);
            out.flush();
            shown = line;
        }
    }

    @Override
    public synchronized void line(String line) {
        if (!shown.isEmpty()) {
            out.print(ERASE_LINE);
            shown = "";
        }
        out.println(line);
        out.flush();
    }
}
