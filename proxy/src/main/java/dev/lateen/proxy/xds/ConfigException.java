package dev.lateen.proxy.xds;

/** A piece of configuration that can't be taken: says where, what was found and what is accepted. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;

    /** @param path such as {@code filter_chains[1].filters[0].typed_config.stat_prefix}; may be empty */
    public ConfigException(String path, String problem) {
        super(path.isEmpty() ? problem : path + ": " + problem, null, false, false);
        this.path = path;
    }

    /** Where in the resource; empty for the whole of it. */
    public String path() {
        return path;
    }
}
