package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.FileHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where log lines go, for a whole process. Set in code: the JDK's own default writes every INFO of every library to the terminal in two lines. */
final class LoggingBootstrap {
    /** Kept, because the JDK forgets the level of a logger that nobody refers to. */
    private static final Logger ROOT = Logger.getLogger("");

    private static final Logger OWN = Logger.getLogger("dev.lateen");
    /** The client of API servers warns of each try that fails, for each kind of objects, with a stack trace; whoever uses it says what it means, once. */
    private static final Logger CLUSTER_CLIENT = Logger.getLogger("io.fabric8.kubernetes.client");
    /** That the machine is slow, or a connection was given up, a tool says in its own words, if at all. */
    private static final Logger VERTX = Logger.getLogger("io.vertx.core");
    /** What is Istio's agent's: the pod, its certificate, the control plane and its own port. */
    private static final List<Logger> AGENT = Stream.of(
                    "dev.lateen.install",
                    "dev.lateen.proxy.Proxy",
                    "dev.lateen.proxy.agent",
                    "dev.lateen.proxy.identity",
                    "dev.lateen.proxy.xds")
            .map(Logger::getLogger)
            .toList();

    private static final int MAX_FILE_BYTES = 16 * 1024 * 1024;

    private LoggingBootstrap() {}

    /** Warnings only, on standard error: for tools. */
    static void quiet() {
        apply(new ConsoleHandler(), Level.WARNING, Level.WARNING);
        VERTX.setLevel(Level.SEVERE);
    }

    /** A role alone: its own lines from a level on, on standard error; warnings of the libraries. */
    static void console(Level level) {
        apply(new ConsoleHandler(), level, Level.WARNING);
    }

    /** A proxy in a pod: what Envoy would say from one level on, what Istio's agent would say of the pod's life from another. */
    static void agent(Level proxy, Level agent) {
        apply(new ConsoleHandler(), proxy, Level.WARNING);
        AGENT.forEach(logger -> logger.setLevel(agent));
    }

    /** A role alone as Envoy would log: libraries never more than the role itself; into a file if there is one. */
    static void role(Level level, @Nullable Path file) {
        Level libraries = level.intValue() > Level.WARNING.intValue() ? level : Level.WARNING;
        if (file == null) {
            apply(new ConsoleHandler(), level, libraries);
            return;
        }
        try {
            apply(new Appending(file), level, libraries);
        } catch (IOException e) {
            throw new CommandFailure(
                    CommandFailure.FAILED, "--log-path: " + file + " can't be written: " + IoReason.of(e));
        }
    }

    /** Adds to a file, each line at once. */
    private static final class Appending extends StreamHandler {
        Appending(Path file) throws IOException {
            super(new FileOutputStream(file.toFile(), true), new OneLine());
        }

        @Override
        public synchronized void publish(LogRecord record) {
            super.publish(record);
            flush();
        }
    }

    /** A whole mesh: everything into a file, so that the terminal keeps its table. */
    static void file(Path file) throws IOException {
        apply(new FileHandler(file.toString(), MAX_FILE_BYTES, 1, false), Level.INFO, Level.WARNING);
    }

    /** An Istio or Envoy level name as a level; null if there is none of that name. */
    static @Nullable Level level(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "trace" -> Level.FINEST;
            case "debug" -> Level.FINE;
            case "info" -> Level.INFO;
            case "warning", "warn" -> Level.WARNING;
            case "error", "critical" -> Level.SEVERE;
            case "off" -> Level.OFF;
            default -> null;
        };
    }

    private static void apply(Handler handler, Level own, Level libraries) {
        // A file is to be closed, or its lock stays.
        LastingLog.clear(!(handler instanceof FileHandler));
        handler.setFormatter(new OneLine());
        handler.setLevel(Level.ALL);
        ROOT.addHandler(handler);
        ROOT.setLevel(libraries);
        OWN.setLevel(own);
        CLUSTER_CLIENT.setLevel(Level.SEVERE);
    }

    /** Time, level, the class's short name, message; a stack trace behind it if there is one. */
    private static final class OneLine extends Formatter {
        @Override
        public String format(LogRecord record) {
            String logger = record.getLoggerName() == null ? "" : record.getLoggerName();
            var line = new StringBuilder()
                    .append(Instant.ofEpochMilli(record.getMillis()).truncatedTo(ChronoUnit.MILLIS))
                    .append('\t')
                    .append(name(record.getLevel()))
                    .append('\t')
                    .append(logger.substring(logger.lastIndexOf('.') + 1))
                    .append('\t')
                    .append(formatMessage(record))
                    .append('\n');
            if (record.getThrown() != null) {
                var trace = new StringWriter();
                record.getThrown().printStackTrace(new PrintWriter(trace));
                line.append(trace);
            }
            return line.toString();
        }

        private static String name(Level level) {
            if (level.intValue() >= Level.SEVERE.intValue()) {
                return "error";
            }
            if (level.intValue() >= Level.WARNING.intValue()) {
                return "warn";
            }
            return level.intValue() >= Level.INFO.intValue() ? "info" : "debug";
        }
    }
}
