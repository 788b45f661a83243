package dev.lateen.proxy.xds.proto;

/** A piece of configuration that can't be taken: says where, what was found and what is accepted. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final boolean beyondUs;

    /** @param path such as {@code filter_chains[1].filters[0].typed_config.stat_prefix}; may be empty */
    public ConfigException(String path, String problem) {
        this(path, problem, false);
    }

    private ConfigException(String path, String problem, boolean beyondUs) {
        super(path.isEmpty() ? problem : path + ": " + problem, null, false, false);
        this.path = path;
        this.beyondUs = beyondUs;
    }

    /** For what Envoy would take and this proxy can't do. */
    static ConfigException beyondUs(String path, String problem) {
        return new ConfigException(path, problem, true);
    }

    /** Where in the resource; empty for the whole of it. */
    public String path() {
        return path;
    }

    /** Whether Envoy would have taken it: then whoever decodes may know something better than a rejection. */
    public boolean isBeyondUs() {
        return beyondUs;
    }

    /** What went wrong, in words for a NACK or a log. @param thrown anything that decoding threw */
    public static String reason(Throwable thrown) {
        return switch (thrown) {
            case ConfigException problem -> String.valueOf(problem.getMessage());
            case StackOverflowError _ -> "nested too deeply to be read";
            default -> "can't be read, by a fault of this proxy: " + thrown + place(thrown);
        };
    }

    private static String place(Throwable thrown) {
        StackTraceElement[] frames = thrown.getStackTrace();
        for (StackTraceElement frame : frames) {
            // Not where our tree of fields noticed, but who asked it for something.
            if (!frame.getClassName().equals(ProtoNode.class.getName())) {
                return " at " + frame;
            }
        }
        return "";
    }
}
