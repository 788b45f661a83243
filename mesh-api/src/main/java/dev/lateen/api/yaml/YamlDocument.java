package dev.lateen.api.yaml;

import tools.jackson.databind.JsonNode;

/**
 * One document of a file.
 *
 * @param root its tree; null node if it is empty
 * @param line where it begins, from 1
 * @param lines where all else is
 */
record YamlDocument(JsonNode root, int line, Lines lines) {}
