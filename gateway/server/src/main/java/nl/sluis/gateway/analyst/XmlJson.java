package nl.sluis.gateway.analyst;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.StringReader;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.ccsds.Problem;

/**
 * Navigation messages in JSON, with the names and the structure of their XML. An element without children is its value: a
 * number where it is written as a decimal one or has a unit, else a text; with attributes other than the unit it is an object
 * of {@code @attribute} and {@code value}. What occurs more than once is a list. The version stands first, under its keyword.
 */
final class XmlJson {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");
    private static final Pattern DECIMAL = Pattern.compile(".*[.eE].*");
    private static final String VALUE = "value";

    private XmlJson() {}

    /** Returns the JSON of a message's XML. */
    static String json(String xml, String root) {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
            while (!reader.isStartElement()) {
                reader.next();
            }
            JsonObject message = new JsonObject();
            message.put(
                    Objects.requireNonNullElse(
                            reader.getAttributeValue(null, "id"), "CCSDS_" + root.toUpperCase(Locale.ROOT) + "_VERS"),
                    Objects.requireNonNullElse(reader.getAttributeValue(null, "version"), ""));
            children(reader, message);
            return new JsonObject().put(root, message).encodePrettily() + "\n";
        } catch (XMLStreamException e) {
            // it was written by the library a moment ago
            throw new IllegalStateException("xml of our own: " + e.getMessage(), e);
        }
    }

    /** Reads on to the end of the element; returns its text. */
    private static String children(XMLStreamReader reader, JsonObject into) throws XMLStreamException {
        StringBuilder text = new StringBuilder();
        while (true) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    String name = reader.getLocalName();
                    boolean hasUnit = false;
                    JsonObject child = new JsonObject();
                    for (int i = 0; i < reader.getAttributeCount(); i++) {
                        if (reader.getAttributeLocalName(i).equals("units")) {
                            hasUnit = true;
                        } else {
                            child.put("@" + reader.getAttributeLocalName(i), reader.getAttributeValue(i));
                        }
                    }
                    boolean hasAttributes = !child.isEmpty();
                    int attributes = child.size();
                    String value = children(reader, child);
                    if (child.size() > attributes) {
                        add(into, name, child);
                    } else if (hasAttributes) {
                        add(into, name, child.put(VALUE, value(value, hasUnit)));
                    } else {
                        add(into, name, value(value, hasUnit));
                    }
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(reader.getText());
                case XMLStreamConstants.END_ELEMENT -> {
                    return text.toString().strip();
                }
                default -> {
                    // comments of XML say nothing
                }
            }
        }
    }

    private static Object value(String text, boolean hasUnit) {
        if (NUMBER.matcher(text).matches() && (hasUnit || DECIMAL.matcher(text).matches())) {
            return Double.valueOf(text);
        }
        return text;
    }

    private static void add(JsonObject into, String name, Object value) {
        Object before = into.getValue(name);
        if (before == null) {
            into.put(name, name.equals("COMMENT") ? new JsonArray().add(value) : value);
        } else if (before instanceof JsonArray list) {
            list.add(value);
        } else {
            into.put(name, new JsonArray().add(before).add(value));
        }
    }

    /**
     * Returns the XML of a message in JSON.
     *
     * @throws MessageException if it is no such JSON
     */
    static String xml(String json) throws MessageException {
        JsonObject all;
        try {
            all = new JsonObject(json);
        } catch (DecodeException e) {
            throw refused(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
        if (all.size() != 1 || !(all.getValue(all.fieldNames().iterator().next()) instanceof JsonObject message)) {
            throw refused("an object of " + all.fieldNames());
        }
        String root = all.fieldNames().iterator().next();
        StringBuilder out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<").append(root);
        for (String name : message.fieldNames()) {
            if (name.startsWith("CCSDS_") && name.endsWith("_VERS")) {
                out.append(" id=\"").append(name).append("\" version=\"");
                out.append(escaped(String.valueOf(message.getValue(name)))).append('"');
            }
        }
        out.append(">\n");
        for (Map.Entry<String, Object> entry : message) {
            if (!entry.getKey().startsWith("CCSDS_")) {
                element(out, entry.getKey(), entry.getValue());
            }
        }
        return out.append("</").append(root).append(">\n").toString();
    }

    private static void element(StringBuilder out, String name, Object value) throws MessageException {
        if (!name.matches("[A-Za-z][A-Za-z0-9_]*")) {
            throw refused(name);
        }
        if (value instanceof JsonArray list) {
            for (Object one : list) {
                element(out, name, one);
            }
            return;
        }
        out.append('<').append(name);
        if (value instanceof JsonObject object) {
            for (Map.Entry<String, Object> entry : object) {
                if (entry.getKey().startsWith("@")) {
                    out.append(' ').append(entry.getKey().substring(1)).append("=\"");
                    out.append(escaped(String.valueOf(entry.getValue()))).append('"');
                }
            }
            out.append('>');
            for (Map.Entry<String, Object> entry : object) {
                if (entry.getKey().equals(VALUE)) {
                    out.append(escaped(String.valueOf(entry.getValue())));
                } else if (!entry.getKey().startsWith("@")) {
                    element(out, entry.getKey(), entry.getValue());
                }
            }
        } else {
            out.append('>').append(escaped(String.valueOf(value)));
        }
        out.append("</").append(name).append(">\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static MessageException refused(String found) {
        return new MessageException(new Problem(
                1, "", found, "one object named after the message, such as {\"cdm\": {\"header\": …, \"body\": …}}"));
    }
}
