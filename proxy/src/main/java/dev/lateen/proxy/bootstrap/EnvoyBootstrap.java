package dev.lateen.proxy.bootstrap;

import dev.lateen.api.Release;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.xds.bootstrap.BootstrapDecoder;
import dev.lateen.proxy.xds.bootstrap.BootstrapResources;
import dev.lateen.proxy.xds.decode.FileSource;
import dev.lateen.proxy.xds.proto.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/** An Envoy bootstrap file, YAML or JSON. What it asks for and this proxy can't do is refused, naming the file and the field's path. */
public final class EnvoyBootstrap {
    private static final Logger LOG = LoggerFactory.getLogger(EnvoyBootstrap.class);

    private static final FileSource READ_FILE = path -> Files.readAllBytes(Path.of(path));

    private EnvoyBootstrap() {}

    /**
     * Reads it and the files it names; blocks.
     *
     * @throws IOException when the file can't be read
     * @throws ConfigException naming file, path, what was found and what is accepted
     */
    public static ProxyBootstrap read(Path file) throws IOException {
        return read(file, "", false);
    }

    /**
     * The same as Envoy's options give it.
     *
     * @param file null where all is in {@code over}
     * @param over YAML or JSON that is merged over the file's ({@code --config-yaml}); empty for nothing
     * @param tolerant whether fields that are not known are named and passed over ({@code --allow-unknown-static-fields})
     * @throws IOException when the file can't be read
     * @throws ConfigException naming file, path, what was found and what is accepted
     */
    public static ProxyBootstrap read(@Nullable Path file, String over, boolean tolerant) throws IOException {
        String text = file == null ? "" : Files.readString(file, StandardCharsets.UTF_8);
        String name = file == null ? "--config-yaml" : file.toString();
        try {
            return parse(
                    () -> BootstrapMerge.merged(
                            file == null ? Map.of() : tree(text), over.isBlank() ? Map.of() : tree(over)),
                    READ_FILE,
                    tolerant);
        } catch (ConfigException e) {
            throw new ConfigException(name, String.valueOf(e.getMessage()));
        }
    }

    /** The same from text. @param files for what it names */
    public static ProxyBootstrap parse(String text, FileSource files) {
        return parse(() -> tree(text), files, false);
    }

    /** @param tree asked again for {@code /config_dump}, for a tree is large and a text is not */
    private static ProxyBootstrap parse(Supplier<Map<String, Object>> tree, FileSource files, boolean tolerant) {
        BootstrapResources read = BootstrapDecoder.decode(tree.get(), files, Release.VERSION, tolerant);
        if (!read.ignored().isEmpty()) {
            LOG.info("bootstrap: no use for {}", String.join(", ", read.ignored()));
        }
        read.resources().forEach(resource -> resource.gaps().forEach(gap -> LOG.warn("{}", gap)));
        return new ProxyBootstrap(
                read.node(),
                0,
                new ProxyBootstrap.OwnAddresses(read.admin(), null, null),
                new ProxyBootstrap.Discovery(read.ads(), read.sds(), null),
                read.resources(),
                ProxyBootstrap.Drain.USUAL,
                () -> BootstrapDecoder.canonical(tree.get()));
    }

    @SuppressWarnings("unchecked") // keys of a YAML map read as Object are texts
    private static Map<String, Object> tree(String text) {
        try {
            // JSON needs no YAML parser, which is slow to load.
            Object tree = text.stripLeading().startsWith("{") ? json(text) : yaml(text);
            if (tree instanceof Map<?, ?> map) {
                return (Map<String, Object>) map;
            }
            throw new ConfigException("", "no map at the top (accepted: an Envoy bootstrap)");
        } catch (YamlEngineException e) {
            throw new ConfigException("", "neither YAML nor JSON: " + e.getMessage());
        } catch (JacksonException e) {
            throw new ConfigException(
                    "",
                    "neither YAML nor JSON: " + e.getOriginalMessage() + " at line "
                            + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()));
        }
    }

    private static Object json(String text) {
        try {
            return JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build()
                    .readValue(text, Object.class);
        } catch (JacksonException e) {
            // Flow style YAML also begins with a brace.
            return yaml(text);
        }
    }

    private static Object yaml(String text) {
        // The parser beneath Jackson's YAML: Jackson reads an alias as its name, and Envoy's users share parts of a
        // file by aliases.
        LoadSettings settings = LoadSettings.builder()
                .setAllowDuplicateKeys(false)
                .setMaxAliasesForCollections(200)
                .build();
        return new Load(settings).loadFromString(text);
    }
}
