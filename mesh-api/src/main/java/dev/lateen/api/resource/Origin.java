package dev.lateen.api.resource;

/**
 * Where a resource came from.
 *
 * @param source the file, or the API server's name for it; never empty
 * @param document the number of the YAML document in the file, from 1
 * @param line the line on which the document begins, from 1; 0 if there are no lines
 */
public record Origin(String source, int document, int line) {
    @Override
    public String toString() {
        return line > 0 ? source + ":" + line : source;
    }
}
