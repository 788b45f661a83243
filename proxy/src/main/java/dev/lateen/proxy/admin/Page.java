package dev.lateen.proxy.admin;

import java.io.IOException;
import java.io.Writer;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The text of an answer. A big mesh's pages have tens of megabytes, which neither one string nor one buffer should hold, so it is written from the
 * start to the end while it is sent, on a thread of its own.
 */
@FunctionalInterface
public interface Page {
    /** Writes all of it. @param out waits for the client to read, and fails once the client is gone */
    void write(Writer out) throws IOException;

    /** A short text. */
    static Page text(String text) {
        return out -> out.append(text);
    }

    /** Maps, lists, texts, numbers and booleans as JSON, lists gone through item by item. */
    static Page json(Object tree) {
        return out -> Json.WRITER.writeValue(out, tree);
    }

    /** Slow to load, and not every proxy is ever asked. */
    final class Json {
        private static final ObjectWriter WRITER = JsonMapper.builder()
                .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .build()
                .writerWithDefaultPrettyPrinter();

        private Json() {}
    }
}
