import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/shell.css";
import { render } from "preact";
import { watchConnection } from "./api/connection.js";
import { App } from "./app.js";
import { applyTheme } from "./shell/theme.js";

applyTheme();
watchConnection();
render(<App />, document.getElementById("page")!);
